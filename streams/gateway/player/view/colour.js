/** The page's one hue: that of the track that plays. */

/** Tint the page by the track in the player; the shorter way around the circle of colours. */
export function tintBy(player, tracks) {
  let hue = 255;
  const tint = () => {
    const trackId = player.current.now;
    if (trackId === null) return;
    const turn = ((tracks.hue(trackId) - hue + 540) % 360) - 180;
    if (Math.abs(turn) < 0.5) return;
    hue += turn;
    document.documentElement.style.setProperty("--hue", hue.toFixed(1));
  };
  player.current.watch(tint);
  tracks.known.watch(tint);
}
