import type { DescMessage, Message, MessageInitShape } from "@bufbuild/protobuf";
import type { GrainCaller, GrainCallOptions } from "./grain-caller.ts";
import type { GrainService } from "./grain-service.ts";

type ClientMethod = (request: MessageInitShape<DescMessage>, options?: GrainCallOptions) => Promise<Message>;

/** The typed client of one grain: an object with a function for each rpc. Called by generated code; sends nothing. */
export function grainClient<Client extends object>(
  service: GrainService<object, Client>,
  caller: GrainCaller,
  identity: string,
): Client {
  const client: Record<string, ClientMethod> = {};
  for (const method of service.methods) {
    if (!method) continue;
    client[method.property] = (request, options = {}) =>
      caller.callGrain({ service, identity, method, request, options });
  }
  return client as Client;
}
