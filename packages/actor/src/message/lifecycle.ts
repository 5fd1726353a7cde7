/** The first message of each incarnation of an actor. */
export class Started {
  /** The one that the runtime sends. */
  static readonly instance: Started = new Started();
  readonly kind = "started";
}

/** The actor is about to stop; its children still live. */
export class Stopping {
  static readonly instance: Stopping = new Stopping();
  readonly kind = "stopping";
}

/** The last message: all children are gone. */
export class Stopped {
  static readonly instance: Stopped = new Stopped();
  readonly kind = "stopped";
}

/** The actor failed and is about to be replaced; the old incarnation's last message. */
export class Restarting {
  static readonly instance: Restarting = new Restarting();
  readonly kind = "restarting";
}

/** No message came for as long as `setReceiveTimeout` said. */
export class ReceiveTimeout {
  static readonly instance: ReceiveTimeout = new ReceiveTimeout();
  readonly kind = "receive_timeout";
}

/** What the runtime tells an actor about its own life. */
export type LifecycleMessage = Started | Stopping | Stopped | Restarting | ReceiveTimeout;
