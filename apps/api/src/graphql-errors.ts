import type { GraphQLFormattedError } from 'graphql';
import { unwrapResolverError } from '@apollo/server/errors';
import { BadInput, Denied } from '#kernel';
import type { Log } from '#observability';

/** Codes that say the caller's document or variables are at fault; graphql-js wrote their messages. */
const CALLERS_FAULT = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
]);

/** How graphql-js speaks of a variable that does not fit the schema: its name, the value, the place inside, the reason. */
const VARIABLE_FAULT = /^Variable "\$([^"]+)" got invalid value .*? at "([\w.[\]]+)"; (.*)$/s;
const WHOLE_VARIABLE_FAULT = /^Variable "\$([^"]+)" got invalid value .*?()(?:; (.*))?$/s;

/** Denials and wrong arguments keep their rule; anything unexpected is logged and answered with nothing but its name. */
export function formatError(log: Log): (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError {
  return (formatted, error) => {
    const cause = unwrapResolverError(error);
    const { message, path, locations } = formatted;
    const place = { ...(path && { path }), ...(locations && { locations }) };
    if (cause instanceof Denied)
      return { message: cause.message, ...place, extensions: { code: cause.code, rule: cause.rule } };
    if (cause instanceof BadInput) {
      const { field, rule } = cause.fault;
      return { message: cause.message, ...place, extensions: { code: 'BAD_USER_INPUT', field, rule } };
    }
    const code = formatted.extensions?.code;
    if (typeof code === 'string' && CALLERS_FAULT.has(code)) {
      const [, variable, at, reason = ''] = VARIABLE_FAULT.exec(message) ?? WHOLE_VARIABLE_FAULT.exec(message) ?? [];
      const field = at === '' ? variable : at;
      if (field === undefined) return { message, ...place, extensions: { code } };
      return { message: `${field}: ${withoutValue(reason)}`, ...place, extensions: { code, field, rule: 'schema' } };
    }
    log.error('request.failed', cause, { path: path?.join('.') });
    return { message: 'Something went wrong on our side.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
}

/** An error names the field and the rule, never the value, which may be long and end up in somebody's log. */
function withoutValue(reason: string): string {
  return reason
    .replace(/^Value .*? (?=does not exist)/s, 'The value ')
    .replace(/(?<=^\S+(?: "[^"]*")? cannot represent [^:]*): .*$/s, '.');
}
