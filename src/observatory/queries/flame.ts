/** One flame graph of many profiles: their stacks as a tree, with what each frame cost alone and in all. */
import type { FlameNode } from '../answers.ts';
import type { SampleTable } from '../profiles/row.ts';

/** Frames with less of the whole cannot be seen and are left out; their callers' totals keep them. */
const SHARE_MIN = 1 / 5_000;

interface Growing {
  self: number;
  total: number;
  readonly children: Map<string, Growing>;
}

const seedling = (): Growing => ({ self: 0, total: 0, children: new Map() });

export class Flame {
  readonly #root = seedling();

  /** Adds the samples of the spans that count: their values of one type. */
  add({ frames, samples }: SampleTable, typeIndex: number, counts: (span: number) => boolean): void {
    for (const { span, stack, values } of samples) {
      const value = values[typeIndex] ?? 0;
      if (value === 0 || !counts(span)) continue;
      let node = this.#root;
      node.total += value;
      for (const index of stack) {
        const name = frames[index] ?? '';
        let child = node.children.get(name);
        if (child === undefined) {
          child = seedling();
          node.children.set(name, child);
        }
        child.total += value;
        node = child;
      }
      node.self += value;
    }
  }

  tree(): FlameNode {
    return grown('', this.#root, this.#root.total * SHARE_MIN);
  }
}

function grown(name: string, { self, total, children }: Growing, totalMin: number): FlameNode {
  return {
    name,
    self,
    total,
    children: [...children]
      .filter(([, child]) => child.total >= totalMin)
      .map(([childName, child]) => grown(childName, child, totalMin))
      .sort((a, b) => b.total - a.total),
  };
}
