import type { DescMessage, Message, MessageInitShape } from "@bufbuild/protobuf";
import type { GrainCaller, GrainCallOptions } from "./grain-caller.ts";
import type { GrainService } from "./grain-service.ts";

const noOptions: GrainCallOptions = Object.freeze({});

type ClientMethod = (request: MessageInitShape<DescMessage>, options?: GrainCallOptions) => Promise<Message>;
type ClientFunction = (...parameters: Parameters<ClientMethod>) => Promise<Message | undefined>;

/**
 * The typed client of one grain: an object with a function for each rpc. Called by generated code; sends nothing.
 *
 * @example
 * import { type GrainCaller, grainClient, grainService } from "@ts-grain/cluster/codegenv1";
 * import type { SmartBulbGrain, SmartBulbGrainClient } from "./gen/smartbulb_grain.ts";
 * import { SmartBulb } from "./gen/smartbulb_pb.ts";
 *
 * // As generated code does in getSmartBulbGrainClient.
 * const bulbService = grainService<SmartBulbGrain, SmartBulbGrainClient>(SmartBulb);
 * const getBulb = (caller: GrainCaller, identity: string): SmartBulbGrainClient =>
 *   grainClient(bulbService, caller, identity);
 */
export function grainClient<Client extends object>(
  service: GrainService<object, Client>,
  caller: GrainCaller,
  identity: string,
): Client {
  const client: Record<string, ClientFunction> = {};
  for (const method of service.methods) {
    if (!method) continue;
    const call: ClientMethod = (request, options = noOptions) =>
      caller.callGrain({ service, identity, method, request, options });
    client[method.property] = method.isOneWay ? withoutAnswer(call) : call;
  }
  return client as Client;
}

function withoutAnswer(call: ClientMethod): ClientFunction {
  return async (request, options) => {
    await call(request, options);
    return undefined;
  };
}
