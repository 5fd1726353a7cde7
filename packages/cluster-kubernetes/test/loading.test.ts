import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const program = `
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({
  resolve: (specifier, context, next) => {
    const resolved = next(specifier, context);
    loaded.push(resolved.url);
    return resolved;
  },
});
const { KubernetesProvider } = await import("@ts-grain/cluster-kubernetes");
new KubernetesProvider({ server: "https://127.0.0.1:1", namespace: "home" });
console.log(loaded.filter((url) => /kubernetes-provider|client-node|undici/.test(url)).join(" "));
`;

test("a program that has a provider and joins no cluster does not load the client library, which is large", () => {
  const options = ["--conditions=@ts-grain/source", "--input-type=module", "-e", program];
  const printed = execFileSync(process.execPath, options, { cwd: import.meta.dirname, encoding: "utf8" });
  expect(printed.trim()).toMatch(/^\S+kubernetes-provider\.ts$/);
});
