import type { Cluster } from "@ts-grain/cluster";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { getArticleGrainClient } from "./gen/stock/v1/stock_grain.ts";
import { describeFailure } from "./http-failure.ts";

interface Named {
  readonly Params: { readonly name: string };
}

interface Counted extends Named {
  readonly Body: { readonly quantity: number };
}

interface Relabelled extends Named {
  readonly Body: { readonly quantity: number; readonly to: string };
}

const properties = {
  quantity: { type: "integer", minimum: 1, maximum: 1_000_000 },
  to: { type: "string", minLength: 1 },
};
const counted = { body: { type: "object", required: ["quantity"], properties } };
const relabelled = { body: { type: "object", required: ["quantity", "to"], properties } };

/** Serves the articles of the cluster. */
export function addArticleRoutes(app: FastifyInstance, cluster: Cluster): void {
  const article = ({ params: { name } }: FastifyRequest<Named>) => getArticleGrainClient(cluster, name);
  app.setErrorHandler(answerError);
  app.get<Named>("/articles/:name", async (request, reply) => {
    const { left } = await article(request).count({}, { signal: untilGone(reply) });
    return { left };
  });
  app.post<Counted>("/articles/:name/put", { schema: counted }, async (request, reply) => {
    const { left } = await article(request).put(request.body, { signal: untilGone(reply) });
    return { left };
  });
  app.post<Counted>("/articles/:name/take", { schema: counted }, async (request, reply) => {
    const { left } = await article(request).take(request.body, { signal: untilGone(reply) });
    return { left };
  });
  // Two calls, of which the second must not fail for want of a cluster.
  app.post<Relabelled>("/articles/:name/relabel", { schema: relabelled }, async (request) => {
    const { quantity, to } = request.body;
    await article(request).take({ quantity });
    const { left } = await getArticleGrainClient(cluster, to).put({ quantity });
    return { left };
  });
}

/** Aborts when the client hangs up before it has its answer. */
function untilGone({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const failure = describeFailure(error);
  if (!failure) {
    // Fastify's own, such as a body that is not what the schema says.
    reply.send(error);
    return;
  }
  const { status, body } = failure;
  if (status === 499) request.log.info("the client has hung up");
  if (status >= 500) request.log.warn({ err: error }, "a call failed");
  if (status === 503) reply.header("retry-after", "1");
  reply.code(status).send(body);
}
