// Colours of the style sheet for what is not drawn by it.

/** A colour as it is now at that place, as rgb(…). */
export function paint(near: Element, colour: string): string {
  const probe = document.createElement('i');
  probe.style.color = colour;
  near.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
