/** Finds out whether an invoice number stands twice in a file of millions, in a few bytes a number. */

const FIRST_SLOTS = 1 << 12;
const FULLEST = 0.6;

/** 64-bit hashes in open addressing. Two numbers may share one: what it suspects must be looked at again. */
export class SeenNumbers {
  private low = new Uint32Array(FIRST_SLOTS);
  private high = new Uint32Array(FIRST_SLOTS);
  private count = 0;

  /** @returns true where the number was most likely added before */
  add(number: string): boolean {
    if (this.count > this.low.length * FULLEST) this.grow();
    const [low, high] = hash(number);
    const slot = this.slotOf(low, high);
    if (this.low[slot] !== 0 || this.high[slot] !== 0) return true;
    this.low[slot] = low;
    this.high[slot] = high;
    this.count++;
    return false;
  }

  private slotOf(low: number, high: number): number {
    const mask = this.low.length - 1;
    let slot = low & mask;
    while ((this.low[slot] !== 0 || this.high[slot] !== 0) && (this.low[slot] !== low || this.high[slot] !== high))
      slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { low, high } = this;
    this.low = new Uint32Array(low.length * 2);
    this.high = new Uint32Array(low.length * 2);
    for (let index = 0; index < low.length; index++) {
      const [a, b] = [low[index] as number, high[index] as number];
      if (a === 0 && b === 0) continue;
      const slot = this.slotOf(a, b);
      this.low[slot] = a;
      this.high[slot] = b;
    }
  }
}

/** Never both zero, which means a free slot. */
function hash(text: string): [number, number] {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 15;
  }
  low = Math.imul(low ^ (low >>> 16), 0xc2b2ae35);
  return [(low ^ (low >>> 13)) >>> 0 || 1, high >>> 0];
}
