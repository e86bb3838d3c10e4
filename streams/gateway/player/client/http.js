// Built from clients/typescript by `npm run vendor`: change it there.
/** Requests to the gateway, and what can go wrong with them. */
import { retryAfterMs } from "./backoff.js";
/** The gateway's "no". */
export class Refused extends Error {
    problem;
    retryAfterMs;
    name = "Refused";
    constructor(problem, 
    /** Milliseconds after which it asks to be asked again; 0 where it does not. */
    retryAfterMs = 0) {
        super(problem.detail ?? problem.title);
        this.problem = problem;
        this.retryAfterMs = retryAfterMs;
    }
    get status() {
        return this.problem.status;
    }
    /** Whether the same request may succeed later. */
    get isPassing() {
        return isPassing(this.status);
    }
}
/** Say whether a status is of a fault that passes. */
export function isPassing(status) {
    return status === 408 || status === 425 || status === 429 || status >= 500;
}
/** The gateway, as requests go to it. */
export class Gateway {
    #url;
    #token;
    #fetch;
    constructor({ url = "", token, fetch: fetcher }) {
        this.#url = url.replace(/\/+$/, "");
        this.#token = token;
        // A browser's fetch must be called as one of `globalThis`.
        this.#fetch = fetcher ?? ((...request) => globalThis.fetch(...request));
    }
    /** The address of a path under the gateway. */
    address(path, query = {}) {
        const pairs = Object.entries(query).flatMap(([name, value]) => value === undefined ? [] : [[name, String(value)]]);
        const asked = new URLSearchParams(pairs).toString();
        return `${this.#url}${path}${asked && `?${asked}`}`;
    }
    /** The current token. */
    async token() {
        return typeof this.#token === "function" ? this.#token() : this.#token;
    }
    /**
     * Make a request.
     *
     * A token that has expired is fetched anew once, where there is a way.
     *
     * @throws Refused for every status from 400 on
     * @throws TypeError where no connection could be made (`fetch`'s own)
     */
    async request(address, init = {}) {
        let response = await this.#once(address, init);
        if (response.status === 401 && typeof this.#token === "function") {
            await response.body?.cancel();
            response = await this.#once(address, init);
        }
        if (response.status < 400)
            return response;
        throw new Refused(await problemOf(response), retryAfterMs(response.headers.get("Retry-After")));
    }
    async #once(address, { json, ...init }) {
        const headers = new Headers(init.headers);
        const token = await this.token();
        if (token !== undefined)
            headers.set("Authorization", `Bearer ${token}`);
        if (json !== undefined)
            headers.set("Content-Type", "application/json");
        const body = json === undefined ? {} : { body: JSON.stringify(json) };
        return this.#fetch(address, { ...init, ...body, headers });
    }
}
async function problemOf(response) {
    const { status, statusText } = response;
    const told = await response.json().catch(() => null);
    const problem = typeof told === "object" && told !== null ? told : {};
    return { type: "about:blank", title: statusText || `status ${status}`, ...problem, status };
}
