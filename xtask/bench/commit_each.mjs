// What ingesting is measured against: a worker that reads nothing and answers 204; and one that hands each batch to a Durable
// Object, which commits it by itself as it came, one row, and answers then.
import { DurableObject } from "cloudflare:workers";

export class Commits extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS batches (bytes BLOB NOT NULL)");
  }

  commit(bytes) {
    this.ctx.storage.sql.exec("INSERT INTO batches (bytes) VALUES (?)", bytes);
  }
}

export default {
  async fetch(request, env) {
    if (request.url.endsWith("/commit")) {
      await env.COMMITS.getByName("bench").commit(await request.arrayBuffer());
    }
    return new Response(null, { status: 204 });
  },
};
