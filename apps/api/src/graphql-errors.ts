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

/** How graphql-js names the place of a value that does not fit the schema. */
const VARIABLE_FAULT = /^Variable "\$[^"]+" got invalid value .* at "([^"]+)"/s;

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
      const field = VARIABLE_FAULT.exec(message)?.[1];
      return { message, ...place, extensions: { code, ...(field !== undefined && { field, rule: 'schema' }) } };
    }
    log.error('request.failed', cause, { path: path?.join('.') });
    return { message: 'Something went wrong on our side.', ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  };
}
