// For applications

export type { Actor, Receive } from "./actor-cell/actor.ts";
export type {
  ActorContext,
  Continuation,
  MessageContext,
  RootContext,
  SenderContext,
  SpawnerContext,
  StopperContext,
  System,
} from "./actor-cell/actor-context.ts";
export { Behavior } from "./actor-cell/behavior.ts";
// For those who wrap what actors do
export type {
  ContextDecorator,
  OutgoingMessage,
  ReceiveMiddleware,
  SenderMiddleware,
  SendMessage,
  SpawnActor,
  SpawnMiddleware,
  SpawnPlace,
} from "./actor-cell/middleware.ts";
export {
  type Props,
  type PropsOptions,
  propsForEach,
  propsFromFunction,
  propsFromProducer,
} from "./actor-cell/props.ts";
export { ActorError, type ActorErrorCode } from "./actor-error.ts";
export { ActorSystem, type SystemStats } from "./actor-system/actor-system.ts";
export type {
  ActorSystemOptions,
  DeadLetterLogOptions,
  RootOptions,
  ShutdownOptions,
} from "./actor-system/actor-system-options.ts";
export { StrayErrorEvent } from "./actor-system/stray-error-event.ts";
export { EventStream, type Subscription } from "./event-stream/event-stream.ts";
export type { Overflow } from "./mailbox/bounded-queue.ts";
export type { MailboxOptions } from "./mailbox/mailbox-options.ts";
export type { MessageQueue, Refused } from "./mailbox/message-queue.ts";
export type { MailboxMiddleware } from "./mailbox/observed-queue.ts";
export { AutoRespond, Touch, Touched } from "./message/auto-respond.ts";
export { PoisonPill } from "./message/control-message.ts";
export {
  type DeadLetter,
  DeadLetterEvent,
  type DeadLetterReason,
  DeadLetterResponse,
} from "./message/dead-letter.ts";
export {
  type LifecycleMessage,
  ReceiveTimeout,
  Restarting,
  Started,
  Stopped,
  Stopping,
} from "./message/lifecycle.ts";
export type { Message, MessageHeaders } from "./message/message.ts";
export { AnsweredBatch, MessageBatch } from "./message/message-batch.ts";
export { RequestFailed } from "./message/request-failed.ts";
export {
  Stop,
  type SystemMessage,
  Terminated,
  type TerminatedReason,
  Unwatch,
  Watch,
} from "./message/system-message.ts";
export { logMessages } from "./middleware/log-messages.ts";
export { passivateAfter } from "./middleware/passivate.ts";
export { type Propagated, propagate } from "./middleware/propagate.ts";
export { PID } from "./pid/pid.ts";
// For those who bring their own processes and ports
export type { Process } from "./pid/process.ts";
export { type Clock, systemClock, type Timer } from "./ports/clock.ts";
export { type EventLoop, platformEventLoop } from "./ports/event-loop.ts";
export { consoleLogger, type Logger } from "./ports/logger.ts";
export { type Random, seededRandom, systemRandom } from "./ports/random.ts";
export type { StrayErrors } from "./ports/stray-errors.ts";
export type { DeadLetterCounts } from "./process/dead-letters.ts";
export { PIDSet } from "./process/pid-set.ts";
export { type AddressResolver, ProcessRegistry } from "./process/process-registry.ts";
export type { ReplyHandler } from "./process/reply-handler.ts";
export type { RequestOptions, SendOptions, WaitOptions } from "./process/request-options.ts";
export { groupProps, poolProps } from "./router/router.ts";
export {
  AddRoutee,
  AdjustPoolSize,
  BroadcastMessage,
  GetRoutees,
  RemoveRoutee,
  Routees,
} from "./router/router-messages.ts";
export {
  broadcast,
  consistentHash,
  type Route,
  type Routing,
  randomly,
  roundRobin,
} from "./router/routing.ts";
export { type RepetitionOptions, TimerScheduler } from "./scheduler/timer-scheduler.ts";
export { type Accepts, MessageStream } from "./stream/message-stream.ts";
export { allForOne } from "./supervision/all-for-one.ts";
export { type ExponentialBackoffOptions, exponentialBackoff } from "./supervision/exponential-backoff.ts";
export { oneForOne } from "./supervision/one-for-one.ts";
export type { RestartOptions } from "./supervision/restart-budget.ts";
export { RestartStatistics } from "./supervision/restart-statistics.ts";
export { alwaysRestart } from "./supervision/restarting.ts";
export type {
  Decider,
  Decision,
  Directive,
  Failure,
  SupervisionStrategy,
} from "./supervision/supervision-strategy.ts";
export { SupervisorEvent } from "./supervision/supervisor-event.ts";
