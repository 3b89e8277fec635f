/**
 * A Stryker plugin that ignores texts where a mutant would change only the wording: descriptions of the API's schemas, error messages,
 * and source texts of documentation. Texts that affect behavior are still mutated.
 */
import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

/** Functions whose argument is prose. */
const DESCRIBING = new Set(['describe', 'meta', 'openapi']);

const isText = (path) => path.isStringLiteral() || path.isTemplateLiteral();

function isDescribed(path) {
  const call = path.findParent((parent) => parent.isCallExpression());
  const callee = call?.node.callee;
  return callee?.type === 'MemberExpression' && DESCRIBING.has(callee.property.name);
}

function isErrorMessage(path) {
  const created = path.findParent((parent) => parent.isNewExpression());
  return created !== null && /Error$/.test(created.node.callee.name ?? '');
}

export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'texts', {
    shouldIgnore(path) {
      if (isText(path) && isErrorMessage(path)) return 'the message of an error';
      if ((isText(path) || path.isObjectExpression()) && isDescribed(path)) return 'a description';
      return undefined;
    },
  }),
];
