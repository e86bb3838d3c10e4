/** Requests to the gateway, and what can go wrong with them. */

import { retryAfterMs } from "./backoff.js";

/** What the gateway refused, as RFC 9457 has it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  [member: string]: unknown;
}

/** The gateway's "no". */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly problem: Problem,
    /** Milliseconds after which it asks to be asked again; 0 where it does not. */
    readonly retryAfterMs: number = 0,
  ) {
    super(problem.detail ?? problem.title);
  }

  get status(): number {
    return this.problem.status;
  }

  /** Whether the same request may succeed later. */
  get isPassing(): boolean {
    return isPassing(this.status);
  }
}

/** Say whether a status is of a fault that passes. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

export interface Connection {
  /** Where the gateway is: "https://music.example"; "" for the page's own origin. */
  url?: string;
  /** An API key, a listener's token, or what fetches one; asked again when one has expired. */
  token?: string | (() => string | Promise<string>);
  fetch?: typeof fetch;
}

/** Names and values behind the "?" of an address; undefined ones are left out. */
export type Query = Record<string, string | number | undefined>;

/** The gateway, as requests go to it. */
export class Gateway {
  readonly #url: string;
  readonly #token: Connection["token"];
  readonly #fetch: typeof fetch;

  constructor({ url = "", token, fetch: fetcher }: Connection) {
    this.#url = url.replace(/\/+$/, "");
    this.#token = token;
    // A browser's fetch must be called as one of `globalThis`.
    this.#fetch = fetcher ?? ((...request) => globalThis.fetch(...request));
  }

  /** The address of a path under the gateway. */
  address(path: string, query: Query = {}): string {
    const pairs = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const asked = new URLSearchParams(pairs).toString();
    return `${this.#url}${path}${asked && `?${asked}`}`;
  }

  /** The current token. */
  async token(): Promise<string | undefined> {
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
  async request(address: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
    let response = await this.#once(address, init);
    if (response.status === 401 && typeof this.#token === "function") {
      await response.body?.cancel();
      response = await this.#once(address, init);
    }
    if (response.status < 400) return response;
    throw new Refused(await problemOf(response), retryAfterMs(response.headers.get("Retry-After")));
  }

  async #once(address: string, { json, ...init }: RequestInit & { json?: unknown }) {
    const headers = new Headers(init.headers);
    const token = await this.token();
    if (token !== undefined) headers.set("Authorization", `Bearer ${token}`);
    if (json !== undefined) headers.set("Content-Type", "application/json");
    const body = json === undefined ? {} : { body: JSON.stringify(json) };
    return this.#fetch(address, { ...init, ...body, headers });
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const { status, statusText } = response;
  const told: unknown = await response.json().catch(() => null);
  const problem = typeof told === "object" && told !== null ? told : {};
  return { type: "about:blank", title: statusText || `status ${status}`, ...problem, status };
}
