import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { FakePodApi } from "@ts-grain/cluster-kubernetes/testing";

/** Tells the API server when the process in a pod has ended: a connection that the process holds ends with it. */
export class Kubelet implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(api: FakePodApi): Promise<Kubelet> {
    const server = createServer((socket) => watch(socket, api));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    return new Kubelet(server, typeof address === "object" && address ? address.port : 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    await closed;
  }
}

/** The first that a process sends is the name of its pod. */
function watch(socket: Socket, api: FakePodApi): void {
  socket.once("data", (podName) => socket.once("close", () => api.setReady(podName.toString(), "not ready")));
  // A process that was killed may reset its connection, which closes then.
  socket.on("error", () => {});
}
