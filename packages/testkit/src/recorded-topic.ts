import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { GrainCluster } from "@ts-grain/cluster";

/**
 * What is published to a topic, written down until it is disposed of.
 *
 * @see {@link recordTopic}
 */
export interface RecordedTopic<Desc extends DescMessage> extends AsyncDisposable {
  /** What has come so far, oldest first. */
  readonly messages: readonly MessageShape<Desc>[];
}

/**
 * Subscribes to a topic and writes down what is published to it from now on.
 *
 * @param cluster the `member` of a grain under test, or any member or client of a test cluster
 * @throws ClusterError as `Topic.subscribe`.
 * @example
 * import { StringValueSchema } from "@bufbuild/protobuf/wkt";
 * import { activateGrain, recordTopic } from "@ts-grain/testkit";
 * import { getSmartBulbGrainClient, newSmartBulbKind } from "./gen/smartbulb_grain.ts";
 *
 * const kind = newSmartBulbKind(({ cluster, identity }) => ({
 *   getState: () => ({ isOn: true }),
 *   turnOn: async () => {
 *     await cluster.topic("lit", StringValueSchema).publish({ value: identity });
 *     return {};
 *   },
 *   turnOff: () => ({}),
 * }));
 *
 * await using kitchen = await activateGrain(kind, getSmartBulbGrainClient, { identity: "kitchen" });
 * await using lit = await recordTopic(kitchen.member, "lit", StringValueSchema);
 * await kitchen.client.turnOn({});
 * await kitchen.clock.settle();
 * console.log(lit.messages.map(({ value }) => value).join(", ")); // prints: kitchen
 */
export async function recordTopic<Desc extends DescMessage>(
  cluster: GrainCluster,
  name: string,
  schema: Desc,
): Promise<RecordedTopic<Desc>> {
  const messages: MessageShape<Desc>[] = [];
  const subscription = await cluster.topic(name, schema).subscribe((message) => void messages.push(message));
  return { messages, [Symbol.asyncDispose]: () => subscription[Symbol.asyncDispose]() };
}
