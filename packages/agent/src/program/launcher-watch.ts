/** Stops this agent in order once its launcher is gone: nobody would start it, or another program, again. */
export function stopWithLauncher(launcher: number): void {
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, lookEveryMs);
  timer.unref();
}

const lookEveryMs = 1000;
