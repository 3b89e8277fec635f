import type { AmountRow, Letter, Part, ShopFacts } from './letter.ts';

export function renderText({ heading, parts }: Letter, shop: ShopFacts): string {
  const blocks = [singleLine(heading), ...parts.map(renderPart), `${singleLine(shop.name)}\n${shop.storefrontUrl}`];
  return `${blocks.join('\n\n')}\n`;
}

function renderPart(part: Part): string {
  switch (part.kind) {
    case 'paragraph':
      return singleLine(part.text);
    case 'amounts':
      return [...part.rows, part.total].map(renderAmount).join('\n');
    case 'facts':
      return part.rows
        .map(({ label, lines }) => {
          const [first = '', ...more] = lines.map(singleLine);
          return more.length === 0 ? `${label}: ${first}` : [`${label}:`, first, ...more].join('\n  ');
        })
        .join('\n');
    case 'link':
      return `${part.text}: ${part.url}`;
  }
}

function renderAmount({ text, amount }: AmountRow): string {
  return `${singleLine(text)}: ${amount}`;
}

/** Text that people typed must not look like a part of its own. */
function singleLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
