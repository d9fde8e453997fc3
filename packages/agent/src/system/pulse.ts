/** Whether a loop still goes round: each turn says by when the next has to have come. */
export class Pulse {
  private dueMs = Number.POSITIVE_INFINITY;

  expectNextWithin(ms: number): void {
    this.dueMs = performance.now() + ms;
  }

  get isAlive(): boolean {
    return performance.now() < this.dueMs;
  }
}
