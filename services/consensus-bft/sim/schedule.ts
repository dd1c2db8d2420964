/** Virtual time: what is due when, in a binary heap; equal times in the order they were asked for. */
interface Due {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class Schedule {
  now = 0;
  private readonly heap: Due[] = [];
  private order = 0;

  /** Runs `run` after `delay` ms of virtual time. */
  after(delay: number, run: () => void): void {
    this.order += 1;
    this.push({ at: this.now + Math.max(0, delay), order: this.order, run });
  }

  /** Runs the next thing due no later than `until`; false when there is none, and then it is `until`. */
  step(until: number): boolean {
    const first = this.heap[0];
    if (first === undefined || first.at > until) {
      this.now = Math.max(this.now, until);
      return false;
    }
    this.pop();
    this.now = first.at;
    first.run();
    return true;
  }

  private push(due: Due): void {
    const { heap } = this;
    let index = heap.length;
    heap.push(due);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(due, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = due;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      const right = heap[child + 1];
      if (below !== undefined && right !== undefined && before(right, below)) {
        child += 1;
        below = right;
      }
      if (below === undefined || !before(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
  }
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
