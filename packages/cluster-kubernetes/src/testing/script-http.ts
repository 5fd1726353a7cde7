import {
  type HttpLibrary,
  type RequestContext,
  ResponseContext,
  wrapHttpLibrary,
} from "@kubernetes/client-node";

/** Carries requests of the client library to a function instead of a server. */
export function scriptHttp(answer: (request: RequestContext) => Response | Promise<Response>): HttpLibrary {
  return wrapHttpLibrary({
    send: async (request) => {
      const { status, body } = await answer(request);
      const unused = () => Promise.reject(new Error("answers are read as they come"));
      return new ResponseContext(status, {}, { text: unused, binary: unused, stream: () => body });
    },
  });
}

/** What a server answers that says no more until it is given up. */
export function silence(request: RequestContext): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const signal = request.getSignal();
  signal?.addEventListener("abort", () => reject(signal.reason));
  return promise;
}
