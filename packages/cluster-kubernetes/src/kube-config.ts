import { KubeConfig } from "@kubernetes/client-node";
import type { ServerAccess } from "./kubernetes-options.ts";

/**
 * What the client library takes for an API server and a token. The library's own way to a pod's account knows a token for a minute of
 * the wall clock, which may be set back; here it is asked for with each request, and the file of the authority is read as often.
 */
export function kubeConfigFor({ server, token, authorityFile }: ServerAccess): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(
    {
      name: "server",
      server,
      // The library takes plain HTTP for that, and nothing else is meant.
      skipTLSVerify: server.startsWith("http:"),
      ...(authorityFile === undefined ? {} : { caFile: authorityFile }),
    },
    { name: "member" },
  );
  kubeConfig.addAuthenticator({
    isAuthProvider: () => true,
    applyAuthentication: async (_user, options) => {
      const given = token();
      if (given !== "") options.headers = { Authorization: `Bearer ${given}` };
    },
  });
  return kubeConfig;
}
