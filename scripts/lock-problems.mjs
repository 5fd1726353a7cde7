/**
 * What is wrong with a parsed package-lock.json, one sentence each.
 *
 * @param {{ packages?: Record<string, { resolved?: string, optionalDependencies?: Record<string, string> }> }} lock
 * @returns {string[]}
 */
export function findLockProblems({ packages = {} }) {
  const entries = Object.entries(packages);
  if (entries.length < 2) return ["the lock lists no packages, so nothing was checked"];
  const installed = new Set(entries.map(([path]) => path.split("node_modules/").at(-1)));
  return entries.flatMap(([path, { resolved, optionalDependencies = {} }]) => [
    ...(resolved && /^[a-z+]+:\/\//.test(resolved) ? [`${path} names a host: ${resolved}`] : []),
    ...Object.keys(optionalDependencies)
      .filter((name) => !installed.has(name))
      .map((name) => `${path || "the root"} lacks its optional package ${name}`),
  ]);
}
