/** What the engine says of how a container is. */
type ContainerState = {
  /** As `created`, `running`, `restarting`, `exited`. */
  status: string;
  isRunning: boolean;
  exitCode: number;
  error: string;
  /** `none` where nothing checks it. */
  health: string;
  healthOutput: string;
};

type HealthWait = {
  /** Whether it has to be healthy, where it has a check of that; else it has to run. */
  isHealthWanted: boolean;
  /** Whether it may have ended well instead. */
  mayEnd: boolean;
  /** For how long it has been running without a restart. */
  steadyMs: number;
  /** For how long it has to. */
  steadyEnoughMs: number;
};

/** Whether a container that was started is up; a fault is the end of a sentence. */
export function healthOf(
  container: ContainerState,
  { isHealthWanted, mayEnd, steadyMs, steadyEnoughMs }: HealthWait,
): 'up' | 'waiting' | { fault: string } {
  const { status, isRunning, exitCode, error, health, healthOutput } = container;
  if (status === 'exited' || status === 'dead') {
    return exitCode === 0 && mayEnd
      ? 'up'
      : { fault: `ended with exit code ${exitCode}${error === '' ? '' : ` (${error})`}` };
  }
  if (!isRunning || status !== 'running') return 'waiting';
  if (!isHealthWanted || health === 'none') return steadyMs >= steadyEnoughMs ? 'up' : 'waiting';
  if (health === 'unhealthy') return { fault: `is unhealthy${detail(healthOutput)}` };
  return health === 'healthy' ? 'up' : 'waiting';
}

function detail(output: string): string {
  const text = output.trim().replace(/\s+/g, ' ').slice(0, 200);
  return text === '' ? '' : `: ${text}`;
}
