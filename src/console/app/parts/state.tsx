/** A state in a word and a colour; the word alone says it too. */
import type { Tone } from '../words.js';

export const State = ({ word, tone }: { word: string; tone: Tone }) => (
  <span className="state" data-tone={tone}>
    {word}
  </span>
);
