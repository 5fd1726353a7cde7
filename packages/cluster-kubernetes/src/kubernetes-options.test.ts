import { KubeConfig } from "@kubernetes/client-node";
import { ClusterError } from "@ts-grain/cluster";
import { expect, test } from "vitest";
import { type KubernetesProviderOptions, resolveKubernetesOptions } from "./kubernetes-options.ts";

function createConfig(server: string, { skipTLSVerify = false, namespace = "home" } = {}): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromOptions({
    clusters: [{ name: "there", server, skipTLSVerify }],
    users: [{ name: "me" }],
    contexts: [{ name: "mine", cluster: "there", user: "me", namespace }],
    currentContext: "mine",
  });
  return kubeConfig;
}

test.each([
  ["10.0.0.1", "443", "https://10.0.0.1:443"],
  ["10.0.0.1", "8080", "https://10.0.0.1:8080"],
  ["fd00::1", undefined, "https://[fd00::1]:443"],
])("inside a pod the API server is the one of the environment: %s, port %s", (host, port, server) => {
  const environment = { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port };
  const { access } = resolveKubernetesOptions({ namespace: "home" }, environment);
  expect(access).toMatchObject({ server });
});

test("a KubeConfig says where the server is, and its current context the namespace unless another one is given", () => {
  const kubeConfig = createConfig("https://10.0.0.1");
  const resolve = (options: KubernetesProviderOptions) => resolveKubernetesOptions(options, {});
  expect(resolve({ kubeConfig })).toMatchObject({ access: kubeConfig, namespace: "home" });
  expect(resolve({ kubeConfig, namespace: "other" }).namespace).toBe("other");
});

test.each<[string, KubernetesProviderOptions]>([
  ["server must be given", {}],
  ["server must be a URL", { server: "10.0.0.1", namespace: "home" }],
  ["server must be a URL, got ftp://…@a", { server: "ftp://me:secret@a", namespace: "home" }],
  ["namespace must be given", { server: "https://10.0.0.1" }],
  ["namespace must be given", { kubeConfig: createConfig("https://10.0.0.1", { namespace: "" }) }],
  ["server must not be given with", { server: "https://a", kubeConfig: createConfig("https://10.0.0.1") }],
  ["token must not be given with", { token: () => "", kubeConfig: createConfig("https://10.0.0.1") }],
  ["kubeConfig must have a current context", { kubeConfig: new KubeConfig() }],
  ["kubeConfig must name a URL", { kubeConfig: createConfig("10.0.0.1:6443") }],
  // The library takes plain HTTP only from who says so.
  ["kubeConfig cannot be used", { kubeConfig: createConfig("http://10.0.0.1") }],
])("options are refused: %s", (message, options) => {
  const resolve = () => resolveKubernetesOptions(options, {});
  expect(resolve).toThrow(ClusterError);
  expect(resolve).toThrow(message);
});
