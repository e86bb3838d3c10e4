// Built from clients/typescript by `npm run vendor`: change it there.
/** Bytes -> server-sent events, as the HTML standard reads them. */
/**
 * Read messages from a body, however it was cut into chunks.
 *
 * A message that the end of the stream cuts off is dropped, as the standard has it.
 *
 * @param onBytes called for every chunk, comments included: the connection lives
 */
export async function* messages(body, onBytes = () => { }) {
    let event = "";
    let data = [];
    let retry = null;
    for await (const line of lines(body, onBytes)) {
        if (line === "") {
            if (data.length > 0 || retry !== null) {
                yield { event: event || "message", data: data.join("\n"), retry };
            }
            [event, data, retry] = ["", [], null];
            continue;
        }
        const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
        if (field === "event")
            event = value;
        else if (field === "data")
            data.push(value);
        else if (field === "retry" && /^\d+$/.test(value))
            retry = Number(value);
    }
}
/** Whole lines, ended by LF, CR LF or CR; what follows the last of them is dropped. */
async function* lines(body, onBytes) {
    const decoder = new TextDecoder();
    const reader = body.getReader();
    let rest = "";
    try {
        for (;;) {
            const { value, done } = await reader.read();
            if (done)
                return;
            onBytes();
            rest += decoder.decode(value, { stream: true });
            // A CR at the end of a chunk may be half of a CR LF: it waits for the next one.
            const whole = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
            const parted = whole.split(/\r\n|\n|\r/);
            rest = (parted.pop() ?? "") + rest.slice(whole.length);
            yield* parted;
        }
    }
    finally {
        await reader.cancel().catch(() => { });
    }
}
