/** The keys of a headset and the lock screen of a phone, where the browser passes them on. */

/** Tell the system what plays, and do what it asks. */
export function connectSystem(player, tracks) {
  const { mediaSession } = navigator;
  if (!mediaSession) return;
  const handlers = {
    play: () => player.play(),
    pause: () => player.pause(),
    nexttrack: () => player.next(),
    previoustrack: () => player.previous(),
    seekto: ({ seekTime }) => player.seek(seekTime ?? 0),
  };
  for (const [action, handler] of Object.entries(handlers)) {
    mediaSession.setActionHandler(action, handler);
  }
  const tell = () => {
    const trackId = player.current.now;
    if (trackId === null) return;
    const { title, artist = "", album = "" } = tracks.info(trackId);
    mediaSession.metadata = new MediaMetadata({ title, artist: artist ?? "", album: album ?? "" });
  };
  player.current.watch(tell);
  tracks.known.watch(tell);
  player.playing.watch((playing) => (mediaSession.playbackState = playing ? "playing" : "paused"));
}
