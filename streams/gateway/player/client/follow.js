// Built from clients/typescript by `npm run vendor`: change it there.
/** Event stream -> queues: follow a session through every break of the connection. */
import { Backoff, pause } from "./backoff.js";
import { Refused } from "./http.js";
import { apply, envelopeOf, Gap } from "./queue.js";
import { messages } from "./sse.js";
/**
 * Yield the queue whenever it changes, until the signal ends it.
 *
 * Connects again after a break and goes on from the queue that is held; after a gap asks for a
 * full one.
 *
 * @throws Refused for what will not pass by waiting: no such session, no right to read it
 */
export async function* follow(gateway, address, options = {}) {
    const { signal, onStatus = () => { }, silenceMs = 45_000 } = options;
    const backoff = new Backoff(options.backoff);
    let held = options.held ?? null;
    let resumes = true;
    while (!signal?.aborted) {
        onStatus("connecting");
        const watch = watchdog(silenceMs, signal);
        let askedMs = 0;
        try {
            const body = await open(gateway, address, resumes ? held?.id : undefined, watch.signal);
            onStatus("live");
            for await (const { data, retry } of messages(body, watch.alive)) {
                if (retry !== null)
                    backoff.startAt(retry);
                const envelope = data === "" ? null : envelopeOf(data);
                if (envelope === null)
                    continue;
                const next = envelope instanceof Gap ? envelope : apply(held, envelope);
                if (next instanceof Gap) {
                    resumes = false;
                    break;
                }
                resumes = true;
                backoff.reset();
                if (next === held)
                    continue;
                held = next;
                watch.stop(); // whoever takes the queue may take their time
                yield held;
                watch.alive();
            }
        }
        catch (error) {
            if (error instanceof Refused && !error.isPassing)
                throw error;
            askedMs = error instanceof Refused ? error.retryAfterMs : 0;
        }
        finally {
            watch.end();
        }
        if (signal?.aborted)
            return;
        onStatus("waiting");
        await pause(backoff.next(askedMs), signal);
    }
}
async function open(gateway, address, resumeFrom, signal) {
    const headers = { Accept: "text/event-stream" };
    if (resumeFrom !== undefined)
        headers["Last-Event-ID"] = resumeFrom;
    const response = await gateway.request(address, { headers, signal, cache: "no-store" });
    if (response.body === null)
        throw new TypeError("an answer without a body");
    return response.body;
}
/** A signal that aborts with the given one, or when nothing was heard for so long. */
function watchdog(silenceMs, signal) {
    const controller = new AbortController();
    const abort = () => controller.abort();
    let timer = setTimeout(abort, silenceMs);
    const stop = () => clearTimeout(timer);
    const alive = () => {
        stop();
        timer = setTimeout(abort, silenceMs);
    };
    signal?.addEventListener("abort", abort);
    if (signal?.aborted)
        abort();
    const end = () => {
        stop();
        signal?.removeEventListener("abort", abort);
        abort();
    };
    return { signal: controller.signal, alive, stop, end };
}
