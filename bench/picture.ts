/** Draws lines through measured points on two logarithmic axes, as SVG that any browser shows. */

export interface Line {
  name: string;
  colour: string;
  points: readonly (readonly [x: number, y: number])[];
}

export interface Picture {
  title: string;
  x: string;
  y: string;
  lines: readonly Line[];
}

const [WIDTH, HEIGHT] = [720, 420];
const [LEFT, RIGHT, TOP, BOTTOM] = [70, 190, 50, 60];
const label = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 });

export function svg({ title, x, y, lines }: Picture): string {
  const all = lines.flatMap((line) => line.points);
  const axis = (place: 0 | 1, from: number, to: number) => {
    const values = all.map((point) => Math.log10(point[place]));
    const [least, most] = [Math.floor(Math.min(...values)), Math.ceil(Math.max(...values))];
    return {
      at: (value: number) => from + ((Math.log10(value) - least) / (most - least)) * (to - from),
      ticks: Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index)),
    };
  };
  const across = axis(0, LEFT, WIDTH - RIGHT);
  const up = axis(1, HEIGHT - BOTTOM, TOP);
  const text = (at: [number, number], words: string, more = '') =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" ${more}>${words}</text>`;
  const rule = (x1: number, y1: number, x2: number, y2: number) =>
    `<path d="M${x1.toFixed(1)} ${y1.toFixed(1)}L${x2.toFixed(1)} ${y2.toFixed(1)}" stroke="#d0d4da"/>`;
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text([LEFT, 26], title, 'font-size="15" font-weight="bold"'),
    ...across.ticks.flatMap((tick) => [
      rule(across.at(tick), TOP, across.at(tick), HEIGHT - BOTTOM),
      text([across.at(tick), HEIGHT - BOTTOM + 18], label(tick), 'text-anchor="middle"'),
    ]),
    ...up.ticks.flatMap((tick) => [
      rule(LEFT, up.at(tick), WIDTH - RIGHT, up.at(tick)),
      text([LEFT - 8, up.at(tick) + 4], label(tick), 'text-anchor="end"'),
    ]),
    text([(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14], x, 'text-anchor="middle"'),
    text(
      [16, (TOP + HEIGHT - BOTTOM) / 2],
      y,
      `transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})" text-anchor="middle"`,
    ),
    ...lines.flatMap(({ name, colour, points }, index) => {
      const places = points.map(([px, py]) => `${across.at(px).toFixed(1)} ${up.at(py).toFixed(1)}`);
      return [
        `<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        ...places.map(
          (place) => `<circle cx="${place.split(' ')[0]}" cy="${place.split(' ')[1]}" r="3.5" fill="${colour}"/>`,
        ),
        `<circle cx="${WIDTH - RIGHT + 20}" cy="${TOP + 10 + index * 22}" r="4" fill="${colour}"/>`,
        text([WIDTH - RIGHT + 30, TOP + 14 + index * 22], name),
      ];
    }),
    '</svg>',
  ].join('\n')}\n`;
}
