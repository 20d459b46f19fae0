/** Under this part of what there was, what is left is shown as little (ux 4.2). */
const little = 0.2;
const mostBoxes = 10;
const vesselWidth = 44;

/** How many uses are left of how many, as boxes; of many, as their part. */
export function usesGauge(left: number, limit: number): string {
  const boxes = Math.min(limit, mostBoxes);
  const filled = limit <= mostBoxes ? left : Math.ceil((left / limit) * boxes);
  return boxGauge(boxes, filled, left / limit < little);
}

/** A few boxes, none of them filled: what is spent. */
export function spentGauge(limit: number): string {
  return boxGauge(Math.min(3, Math.max(1, limit)), 0, true);
}

/** What is left of a span of time: one vessel and its level. @param part from 0 to 1 */
export function timeGauge(part: number): string {
  const level = Math.min(1, Math.max(0, part));
  const width = Math.round(level * vesselWidth * 10) / 10;
  const state = level < little ? 'left low' : 'left';
  const filled = width === 0 ? '' : `<rect class="${state}" x=".5" y=".5" width="${width}" height="9" rx="2"/>`;
  return svg(vesselWidth + 1, `<rect x=".5" y=".5" width="${vesselWidth}" height="9" rx="2"/>${filled}`);
}

function boxGauge(limit: number, left: number, isLow: boolean): string {
  const boxes = Array.from({ length: limit }, (_, at) => {
    const state = at < left ? ` class="${isLow ? 'left low' : 'left'}"` : '';
    return `<rect${state} x="${at * 15 + 0.5}" y=".5" width="12" height="9" rx="2"/>`;
  });
  return svg(limit * 15 - 2, boxes.join(''));
}

/** Words always stand beside it, so it says nothing to who cannot see it. */
function svg(width: number, drawn: string): string {
  return `<svg class="gauge" viewBox="0 0 ${width} 10" width="${width}" aria-hidden="true">${drawn}</svg>`;
}
