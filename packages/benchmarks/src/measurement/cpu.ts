/** Seconds of processor time that this process has used, those of its collector and compiler included. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
