import { readFileSync } from "node:fs";
import type { Member } from "@ts-grain/cluster";
import { listOf, textOf } from "@ts-grain/cluster/provider";
import { ObservedMembers } from "@ts-grain/cluster/testing";
import { expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { KubernetesProvider } from "./index.ts";
import { FakePodApi } from "./testing/index.ts";

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** As much of the manifests as is looked at. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The manifests of `examples/kubernetes`, in one file. */
function readManifests(file: string): readonly Manifest[] {
  const path = new URL(`../../../examples/kubernetes/${file}`, import.meta.url);
  return parseAllDocuments(readFileSync(path, "utf8")).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });
}

function only(manifests: readonly Manifest[], kind: string): Manifest {
  const [first, ...others] = manifests.filter((manifest) => manifest.kind === kind);
  expect(others).toEqual([]);
  return first!;
}

/** What a request asks to be allowed, as Kubernetes names it: verb, group and resource. */
function permissionFor(request: string): string {
  const [, method, path, query = ""] = /^(\w+) ([^?]*)(?:\?(.*))?$/.exec(request)!;
  const [, group = "", resource, name] =
    /^\/api(?:s\/([^/]+))?\/v1\/namespaces\/test\/(\w+)(?:\/([^/]+))?$/.exec(path!)!;
  const reads = name ? "get" : new URLSearchParams(query).has("watch") ? "watch" : "list";
  const verbs: Readonly<Record<string, string>> = {
    GET: reads,
    PATCH: "patch",
    PUT: "update",
    POST: "create",
  };
  return `${verbs[method!] ?? method!.toLowerCase()} ${group}/${resource}`;
}

/** All that a member and a client ask the API server for, whatever happens to them. */
async function askForEverything(): Promise<readonly string[]> {
  await using api = await FakePodApi.start();
  const options = { server: api.url, namespace: "test", refreshMs: 100, settleMs: 500 };
  const self: Member = { id: "alice", host: "10.0.0.1", port: 9_000, kinds: ["Bulb"], dialect: "ts-grain" };
  api.addPod("pod-a", { ip: "10.0.0.1" });
  const observed = new ObservedMembers("test");
  const member = await new KubernetesProvider({ ...options, podName: "pod-a" }).joinAsMember(
    self,
    observed.context,
  );
  const client = await new KubernetesProvider(options).joinAsClient(new ObservedMembers("test").context);
  await observed.untilIds("alice");
  await vi.waitFor(() => expect(api.watches).toBe(2));
  // Its labels are taken away, its watches end, and their versions are forgotten.
  api.addPod("pod-a", { ip: "10.0.0.1" });
  await vi.waitFor(() => expect(api.labels("pod-a")).not.toEqual({}));
  api.endWatches();
  await vi.waitFor(() => expect(api.watches).toBe(2), { timeout: 5_000 });
  api.compact();
  await vi.waitFor(() => expect(api.watches).toBe(2), { timeout: 5_000 });
  await client.leave();
  await member.leave();
  expect(api.labels("pod-a")).toEqual({});
  return api.requests;
}

test("the role of the example allows what members and clients ask for, and nothing else", async () => {
  const { rules } = only(readManifests("rbac.yaml"), "Role");
  const allowed = rules!.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
    ),
  );
  const asked = new Set((await askForEverything()).map(permissionFor));
  expect([...asked].toSorted()).toEqual(allowed.toSorted());
});

test("the role of the example is given to the account that its members run under, in one namespace", () => {
  const access = readManifests("rbac.yaml");
  const { roleRef, subjects } = only(access, "RoleBinding");
  const account = only(access, "ServiceAccount").metadata.name;
  expect(roleRef).toEqual({
    apiGroup: "rbac.authorization.k8s.io",
    kind: "Role",
    name: only(access, "Role").metadata.name,
  });
  expect(subjects).toEqual([{ kind: "ServiceAccount", name: account }]);
  const { template } = only(readManifests("deployment.yaml"), "Deployment").spec!;
  expect((template as Manifest).spec?.["serviceAccountName"]).toBe(account);
  expect(access.map(({ metadata }) => metadata.namespace)).toEqual([undefined, undefined, undefined]);
});

test("the policy of the example lets the members of the deployment reach each other's remote, which it names", () => {
  const { template, selector } = only(readManifests("deployment.yaml"), "Deployment").spec!;
  const { metadata, spec } = template as Manifest & { readonly metadata: { readonly labels: object } };
  expect(selector).toEqual({ matchLabels: metadata.labels });
  const policy = only(readManifests("network-policy.yaml"), "NetworkPolicy").spec!;
  expect(policy).toMatchObject({
    podSelector: selector,
    ingress: [{ from: [{ podSelector: selector }], ports: [{ port: "remote" }] }],
  });
  const [container] = listOf(spec, "containers");
  expect(listOf(container, "ports").map((port) => textOf(port, "name"))).toEqual(["remote"]);
  expect(spec?.["terminationGracePeriodSeconds"]).toBeGreaterThan(10);
});
