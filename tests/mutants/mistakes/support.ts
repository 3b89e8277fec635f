/** What support staff see, and what they start. */
import type { MistakesInFile } from '../mistake.ts';

export const SUPPORT: readonly MistakesInFile[] = [
  {
    file: 'workflows/order/case.ts',
    tests: ['tests/case-history'],
    replacements: [
      [
        'the page of an untouched paid order has an old history',
        '    this.failures.push(...failures);\n    this.#addEvents(events);',
        '    this.failures.push(...failures);',
      ],
      [
        'the page of an expired order has an old history',
        '    this.#addEvents(events);\n    this.update(order);',
        '    this.update(order);',
      ],
    ],
  },
  {
    file: 'activities/refunds/activities.ts',
    tests: ['tests/case-history'],
    replacements: [
      [
        'the page does not show a refused approval',
        '      if (orderId) await signalOrder(deps, orderId);\n      return result;\n    },\n\n    /** Safe to retry: the items',
        '      return result;\n    },\n\n    /** Safe to retry: the items',
      ],
    ],
  },
  {
    file: 'workflows/shared/details.ts',
    tests: ['workflows/shared/details'],
    replacements: [['amounts on a page are rendered as math', 'withoutMath(renderDetails())', 'renderDetails()']],
  },
  {
    file: 'activities/audit/stray-starts.ts',
    tests: ['tests/start-forms'],
    replacements: [
      ['a workflow whose worker is busy is ended', '      if (await isPolled(taskQueue)) return;\n', ''],
      ['a workflow that has run is ended', '      if (await hasRun(workflow)) return;\n', ''],
      ['a workflow is ended before a worker can take it', 'now.getTime() - MIN_AGE_MS', 'now.getTime() + MIN_AGE_MS'],
    ],
  },
  {
    file: 'workflows/shared/start-form.ts',
    tests: ['tests/start-forms'],
    replacements: [
      ['a workflow runs on a queue that is not its own', '  if (problem) refuseStart(problem);', ''],
      [
        'the page of a refused start is empty',
        '  showDetails(() => `**Nothing was started.** ${withExample(problem)}`);\n',
        '',
      ],
    ],
  },
  {
    file: 'activities/retry-stopped/retry-batch.ts',
    tests: ['tests/retry-stopped'],
    replacements: [
      ['refunds that the bank refused are sent again', ', onlyOutages: true }', ' }'],
      [
        'a case that has continued counts as unreachable',
        "cause.type === NOTHING_STOPPED) return 'done'",
        "cause.type === NOTHING_STOPPED) return 'unreachable'",
      ],
    ],
  },
  {
    file: 'activities/refunds/dispute-reminders.ts',
    tests: ['activities/email/order-mails'],
    replacements: [
      ['staff are reminded every minute', "        .where('reminded_at', 'is', null)\n", ''],
      [
        'staff are reminded of a chargeback that has a response',
        "        .where('status', '=', anyOf(UNANSWERED_STATUSES))\n",
        '',
      ],
    ],
  },
  {
    file: 'domain/refund-words.ts',
    tests: ['domain/refund-words', 'tests/support-desk-refunds'],
    replacements: [
      [
        'a shopper reads the reason of signed-in staff',
        '!isStaffActor(refund.requestedBy)',
        "!refund.requestedBy.startsWith('ui:')",
      ],
    ],
  },
  {
    file: 'activities/refunds/refund-ledger.ts',
    tests: ['activities/email/order-mails', 'activities/refunds/second-attempts', 'tests/support-desk-refunds'],
    replacements: [
      [
        'a refund that fails before it was announced is emailed as delayed',
        "if (outcome.status === 'failed' && before.status === 'succeeded' &&",
        "if (outcome.status === 'failed' &&",
      ],
      [
        'a shopper who uses the request ID of staff reads their reason',
        'const reason = isStaffActor(request.actor) ? refund.reason : reasonForShopper(refund);',
        'const { reason } = refund;',
      ],
    ],
  },
  {
    file: 'activities/refunds/decision-ledger.ts',
    tests: ['activities/email/order-mails', 'tests/support-desk-refunds'],
    replacements: [
      [
        'an email about a refund that was paid another way, of which the customer never knew',
        'if (await wasAnnounced(sql, refund))',
        'if (true)',
      ],
    ],
  },
  {
    file: 'api/refunds/service.ts',
    tests: ['tests/support-desk-refunds'],
    replacements: [
      [
        'a repeated request for a refund that staff started fails',
        'if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;',
        '',
      ],
    ],
  },
];
