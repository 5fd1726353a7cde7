import { create, isMessage, type Message } from "@bufbuild/protobuf";
import { PID } from "@ts-grain/actor";
import {
  FindSubscribersRequestSchema,
  FindSubscribersResponseSchema,
  InheritSubscribersRequestSchema,
  SubscriptionEndedSchema,
} from "../gen/tsgrain/cluster/v1/topic_pb.ts";
import type { GrainCluster } from "../grain/grain-cluster.ts";
import { Rendezvous } from "../identity/rendezvous.ts";
import { type Member, memberAddress } from "../membership/member.ts";
import type { TopologyChanged } from "../membership/topology.ts";
import { readSubscription, type Subscription } from "./subscription.ts";
import type { SubscriptionLedger } from "./subscription-ledger.ts";
import { deliveryActorId, topicIdentity, topicKind } from "./topic-names.ts";

/** Milliseconds that another process has to say what it knows. A topic that starts waits for the slowest. */
const answerTimeoutMs = 1_000;
/** Subscriptions that are renewed at the same time. */
const renewedAtOnce = 32;

/** What a relay works with. */
export interface RelayParts {
  readonly cluster: GrainCluster;
  readonly ledger: SubscriptionLedger;
  /** Subscribes again. */
  readonly renew: (topic: string, subscription: Subscription) => Promise<void>;
}

/** Carries what processes remember of subscriptions to where topics start. Speaks only to members of ts-grain. */
export class SubscriptionRelay {
  readonly #parts: RelayParts;
  #isRenewing = false;
  #isRenewedAgain = false;
  #wasMember = false;

  constructor(parts: RelayParts) {
    this.#parts = parts;
    parts.cluster.members.subscribe((change) => this.#changed(change));
  }

  /** What the other members know of a topic's subscribers. Never rejects: who does not answer knows nothing. */
  async ask(topic: string): Promise<readonly Subscription[]> {
    const message = create(FindSubscribersRequestSchema, { topic });
    const answers = await Promise.all(this.#others.map((member) => this.#request(member, message)));
    return answers.flatMap((answer) =>
      isMessage(answer, FindSubscribersResponseSchema)
        ? (answer.subscribers?.subscribers ?? []).flatMap((wire) => readSubscription(wire) ?? [])
        : [],
    );
  }

  /** Tells the other members that a subscription has ended. */
  tellEnded(topic: string, { wire: subscriber }: Subscription): void {
    const message = create(SubscriptionEndedSchema, { topic, subscriber });
    for (const member of this.#others)
      this.#parts.cluster.system.root.send(new PID(memberAddress(member), deliveryActorId), message);
  }

  /** Gives what is kept of each topic that ended here to the member where it will live. */
  async bequeath(): Promise<void> {
    const heirs = new Rendezvous(this.#others);
    await Promise.all(
      this.#parts.ledger.takeLegacies().map(async ([topic, subscriptions]) => {
        const heir = heirs.ownerOf(topicIdentity(topic));
        const member = this.#others.find((other) => memberAddress(other) === heir);
        const subscribers = { subscribers: subscriptions.map(({ wire }) => wire) };
        if (member)
          await this.#request(member, create(InheritSubscribersRequestSchema, { topic, subscribers }));
      }),
    );
  }

  get #others(): readonly Member[] {
    const { members, system } = this.#parts.cluster;
    return members.topology.members.filter(
      (member) => member.dialect === "ts-grain" && memberAddress(member) !== system.address,
    );
  }

  async #request(member: Member, message: Message): Promise<unknown> {
    const { root, logger } = this.#parts.cluster.system;
    const target = new PID(memberAddress(member), deliveryActorId);
    try {
      return await root.requestAsync(target, message, { timeoutMs: answerTimeoutMs });
    } catch (error) {
      logger.warn(
        { error, member: member.id },
        "a member did not say what it knows of a topic, or was not told",
      );
      return undefined;
    }
  }

  /**
   * Topics that start on a member of ts-grain ask this process if it is a member. Otherwise, and when the others had let this member go and so have
   * removed its actors, it says of itself whom it has subscribed.
   */
  #changed({ topology, joined }: TopologyChanged): void {
    const { address } = this.#parts.cluster.system;
    const hosts = topology.members.filter(({ kinds }) => kinds.includes(topicKind));
    const isMember = topology.members.some((member) => memberAddress(member) === address);
    const isBack = this.#wasMember && joined.some((member) => memberAddress(member) === address);
    this.#wasMember ||= isMember;
    if (hosts.length > 0 && (!isMember || isBack || hosts.some(({ dialect }) => dialect !== "ts-grain")))
      this.#renewAll();
  }

  #renewAll(): void {
    this.#isRenewedAgain = true;
    if (!this.#isRenewing) void this.#renewUntilDone();
  }

  async #renewUntilDone(): Promise<void> {
    this.#isRenewing = true;
    while (this.#isRenewedAgain) {
      this.#isRenewedAgain = false;
      const waiting = [...this.#parts.ledger.own];
      const next = async (): Promise<void> => {
        for (let one = waiting.pop(); one; one = waiting.pop())
          await this.#renew(one.topic, one.subscription);
      };
      await Promise.all(Array.from({ length: renewedAtOnce }, next));
    }
    this.#isRenewing = false;
  }

  async #renew(topic: string, subscription: Subscription): Promise<void> {
    const { ledger, renew, cluster } = this.#parts;
    if (!ledger.has(topic, subscription.key)) return;
    try {
      await renew(topic, subscription);
    } catch (error) {
      cluster.system.logger.warn({ error, topic }, "a subscription could not be renewed");
    }
  }
}
