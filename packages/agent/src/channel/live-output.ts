import { liveOutputDelayMs } from './live-output.rules.ts';

/** Brings the next contact forward while a step says something: a device that dies in it has said what it was at. */
export class LiveOutput {
  private readonly send: () => void;
  private timer: NodeJS.Timeout | null = null;

  /** @param send contacts the server */
  constructor(send: () => void) {
    this.send = send;
  }

  /** There is output of a step that has been running for so long. */
  came(stepRunsForS: number): void {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.send();
    }, liveOutputDelayMs(stepRunsForS)).unref();
  }
}
