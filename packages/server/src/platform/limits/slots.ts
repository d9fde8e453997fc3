/** Places for things that may go on at the same time. */
export class Slots {
  private readonly count: number;
  private taken = 0;

  constructor(count: number) {
    this.count = count;
  }

  /** Takes a place and gives what frees it, which may be called more than once; null where all are taken. */
  take(): (() => void) | null {
    if (this.taken >= this.count) return null;
    this.taken += 1;
    let isFree = false;
    return () => {
      if (isFree) return;
      isFree = true;
      this.taken -= 1;
    };
  }
}
