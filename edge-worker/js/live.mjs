// The connections of those who watch a site: they are told who is here and what was just counted, at most once a second.
// Between two events the object may sleep; the runtime keeps the connections.

/** Of one object. */
const WATCHERS_MAX = 100;
/** A connection ends after so long (milliseconds), so that whoever may watch no longer has to show it again. */
const LIFE_MS = 3_600_000;
const PAUSE_MS = 1_000;

/** Takes a connection in. The worker has seen that it may watch. */
export function watch(object) {
  if (object.ctx.getWebSockets().length >= WATCHERS_MAX) return new Response(null, { status: 503 });
  const [theirs, ours] = Object.values(new WebSocketPair());
  object.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  object.ctx.acceptWebSocket(ours);
  ours.serializeAttachment(Date.now() + LIFE_MS);
  tellSoon(object, 0);
  return new Response(null, { status: 101, webSocket: theirs });
}

/** Whether anybody watches. */
export const isWatched = (object) => object.ctx.getWebSockets().length > 0;

/** Tells those who watch what is new, after a pause in which more may come. */
export function tellSoon(object, pause = PAUSE_MS) {
  object.telling ??= setTimeout(async () => {
    object.telling = undefined;
    let news;
    try {
      news = await object.call("live");
    } catch {
      // They hear of it with the next event.
      return;
    }
    const now = Date.now();
    for (const socket of object.ctx.getWebSockets()) {
      try {
        if (news === "" || now > socket.deserializeAttachment()) socket.close(1001, "over");
        else socket.send(news);
      } catch {
        // It is gone.
      }
    }
  }, pause);
}
