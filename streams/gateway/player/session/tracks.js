/** What is known of tracks: names, vectors, places on the map; asked for when it is needed. */

import { unpacked } from "../client/index.js";
import { chanceOf } from "../core/chance.js";
import { Value } from "../core/value.js";

const MOST_IDS = 100;
/** Of a request for tracks. */
const MOST_PAGES = 20;
/** Of the catalogue that are read for finding tracks by name; a larger one is searched by sound. */

export class Tracks {
  /** Changes whenever more is known: a count, for whoever draws tracks. */
  known = new Value(0);
  /** Vectors by track, as ranking on the device takes them. */
  vectors = new Map();
  /** Words with their places on the map. */
  words = [];
  #client;
  #infos = new Map();
  #asked = new Set();
  #isBrowsed = false;
  #places = new Map();

  constructor(client) {
    this.#client = client;
  }

  /** Fetch the map: every track's place in the plane; throws Refused. */
  async locate() {
    const map = await this.#client.call("GET", "/v1/map");
    this.#places = new Map(map.tracks.map(({ track_id, x, y }) => [track_id, { x, y }]));
    this.words = map.words;
    this.#tell();
  }

  /** Ids of all tracks that have a place, as the map gives them. */
  get ids() {
    return [...this.#places.keys()];
  }

  /** A track's place on the map; without one, a place of its own near the middle. */
  place(trackId) {
    const known = this.#places.get(trackId);
    if (known) return known;
    const chance = chanceOf(trackId);
    return { x: chance() - 0.5, y: chance() - 0.5 };
  }

  /** Degrees of colour: what lies in one direction of the map, and so sounds alike, looks alike. */
  hue(trackId) {
    const { x, y } = this.place(trackId);
    return ((Math.atan2(y, x) * 180) / Math.PI + 400) % 360;
  }

  /** What is known of a track; its id for a title until more is. */
  info(trackId) {
    return this.#infos.get(trackId) ?? { track_id: trackId, title: trackId, audio: undefined };
  }

  title(trackId) {
    return this.info(trackId).title;
  }

  /** Whether a track can be heard; true while nobody knows better. */
  hasSound(trackId) {
    return this.info(trackId).audio !== null;
  }

  /** Read the catalogue's names, once, for whoever looks for a track. */
  async browse() {
    if (this.#isBrowsed) return;
    this.#isBrowsed = true;
    try {
      for (let page = 0; page !== null && page < MOST_PAGES;) {
        const { tracks, next_page } = await this.#client.call("GET", "/v1/tracks", {
          query: { page },
        });
        for (const { vector, ...info } of tracks) this.#infos.set(info.track_id, info);
        page = next_page;
      }
    } catch {
      this.#isBrowsed = false; // tried again when next looked for
    }
  }

  /** Tracks known by name that have the words in title or artist, at most so many. */
  named(words, most) {
    const wanted = words.toLocaleLowerCase();
    return [...this.#infos.values()]
      .filter(({ title, artist }) =>
        `${title} ${artist ?? ""}`.toLocaleLowerCase().includes(wanted),
      )
      .slice(0, most)
      .map(({ track_id }) => track_id);
  }

  /** Ask for what is not known yet of these; `known` says when it has come. */
  async need(trackIds) {
    const missing = [...new Set(trackIds)].filter((id) => !this.#asked.has(id));
    for (const id of missing) this.#asked.add(id);
    for (let at = 0; at < missing.length; at += MOST_IDS) {
      await this.#fetch(missing.slice(at, at + MOST_IDS));
    }
  }

  async #fetch(ids) {
    try {
      const query = { ids: ids.join(","), vector: 1 };
      const { tracks } = await this.#client.call("GET", "/v1/tracks", { query });
      for (const { vector, ...info } of tracks) {
        this.#infos.set(info.track_id, info);
        if (vector) this.vectors.set(info.track_id, unpacked(vector));
      }
      this.#tell();
    } catch {
      for (const id of ids) this.#asked.delete(id); // offline, say: asked again when next needed
    }
  }

  #tell() {
    this.known.set(this.known.now + 1);
  }
}
