/** JSON Schemas of the records -> `src/records.ts`; prints it with `--print` instead of writing. */
import { readFile, writeFile } from "node:fs/promises";
import { compile } from "json-schema-to-typescript";

const SCHEMAS = new URL("../../../schemas/json/", import.meta.url);
const TARGET = new URL("../src/records.ts", import.meta.url);
const TOPICS = ["playback-events", "intents", "session-commands", "playlist-updates"];

/** Properties need no names of their own: only records and their parts become types. */
function untitled(schema) {
  if (Array.isArray(schema)) return schema.map(untitled);
  if (schema === null || typeof schema !== "object") return schema;
  const entries = Object.entries(schema).map(([key, value]) => {
    if (key === "properties") {
      const fields = Object.entries(value).map(([name, field]) => {
        const { title: _, ...rest } = untitled(field);
        return [name, rest];
      });
      return [key, Object.fromEntries(fields)];
    }
    // A tuple, in the words of the draft that the compiler knows.
    if (key === "prefixItems") return ["items", untitled(value)];
    return [key, untitled(value)];
  });
  return Object.fromEntries(entries);
}

/** One schema with every record under `$defs`, so that what two of them share is one type. */
async function together() {
  const all = { title: "Records", type: "object", additionalProperties: false, $defs: {} };
  all.properties = {};
  for (const topic of TOPICS) {
    const { $defs, $schema, ...record } = JSON.parse(
      await readFile(new URL(`${topic}.json`, SCHEMAS), "utf8"),
    );
    Object.assign(all.$defs, $defs, { [record.title]: record });
    all.properties[record.title] = { $ref: `#/$defs/${record.title}` };
  }
  all.required = Object.keys(all.properties);
  return untitled(all);
}

const HEAD = `/**
 * The records on the wire.
 *
 * Made from \`schemas/json\` by \`npm run types\`: change those, not this.
 */
`;

const source = await compile(await together(), "Records", {
  bannerComment: HEAD,
  ignoreMinAndMaxItems: true,
  style: { printWidth: 100 },
});
if (process.argv.includes("--print")) process.stdout.write(source);
else await writeFile(TARGET, source);
