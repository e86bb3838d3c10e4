/** Bytes -> server-sent events, as the HTML standard reads them. */

/** One message of an event stream. */
export interface Message {
  /** Kind of the message; "message" where the stream does not say. */
  event: string;
  data: string;
  /** Milliseconds to wait before connecting again, where the stream says so. */
  retry: number | null;
}

/**
 * Read messages from a body, however it was cut into chunks.
 *
 * A message that the end of the stream cuts off is dropped, as the standard has it.
 *
 * @param onBytes called for every chunk, comments included: the connection lives
 */
export async function* messages(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void = () => {},
): AsyncGenerator<Message> {
  let event = "";
  let data: string[] = [];
  let retry: number | null = null;
  for await (const line of lines(body, onBytes)) {
    if (line === "") {
      if (data.length > 0 || retry !== null) {
        yield { event: event || "message", data: data.join("\n"), retry };
      }
      [event, data, retry] = ["", [], null];
      continue;
    }
    const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "retry" && /^\d+$/.test(value)) retry = Number(value);
  }
}

/** Whole lines, ended by LF, CR LF or CR; what follows the last of them is dropped. */
async function* lines(
  body: ReadableStream<Uint8Array>,
  onBytes: () => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      onBytes();
      rest += decoder.decode(value, { stream: true });
      // A CR at the end of a chunk may be half of a CR LF: it waits for the next one.
      const whole = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
      const parted = whole.split(/\r\n|\n|\r/);
      rest = (parted.pop() ?? "") + rest.slice(whole.length);
      yield* parted;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
