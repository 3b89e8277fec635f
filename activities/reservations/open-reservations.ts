/** Open reservations of shoppers and client addresses, locked for one transaction and updated as it grants more. */
import { isUser } from '../../domain/identity.ts';
import { type ExceededLimit, exceededLimit, type ReservationLimits } from '../../domain/reservation-limits.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { StockLine } from '../../infra/redis/stock-counters.ts';

export interface OpenReservation {
  id: string;
  owner: string;
  addressHash: string | null;
  expiresAt: string;
  /** Whether an order is awaiting payment on it, so that it can't be replaced. */
  hasOrder: boolean;
  lines: readonly StockLine[];
}

/** A request for a reservation. */
export interface Wanted {
  reservationId: string;
  /** Identities of the shopper, the account's first. Earlier reservations of any of them belong to this shopper. */
  owners: readonly string[];
  addressHash: string;
  lines: readonly StockLine[];
}

interface AddressUse {
  open: number;
  units: number;
}

interface LockedRows {
  known: string[];
  open: OpenReservation[];
  addresses: (AddressUse & { addressHash: string })[];
}

export class OpenReservations {
  /** IDs of reservations that already exist in PostgreSQL, open or ended. */
  readonly known: ReadonlySet<string>;
  readonly #open: Map<string, OpenReservation>;
  readonly #addresses: Map<string, AddressUse>;

  private constructor(rows: LockedRows) {
    this.known = new Set(rows.known);
    this.#open = new Map(rows.open.map((each) => [each.id, each]));
    this.#addresses = new Map(rows.addresses.map(({ addressHash, ...use }) => [addressHash, use]));
  }

  /**
   * Locks the shoppers and addresses of the requests until the transaction ends, so that no other transaction can reserve for them, and
   * their open reservations, so that no order can be created from one that is about to be replaced.
   */
  static async lock(sql: Sql, requests: readonly Wanted[]): Promise<OpenReservations> {
    const ids = requests.map((request) => request.reservationId);
    const owners = [...new Set(requests.flatMap((request) => request.owners))];
    const addresses = [...new Set(requests.map((request) => request.addressHash))];
    const row = await sql.row(
      sql.query.selectNoFrom(({ fn, val }) =>
        fn<LockedRows>('lock_shoppers', [val(ids), val(owners), val(addresses)]).as('locked'),
      ),
    );
    return new OpenReservations(row!.locked);
  }

  of(owners: readonly string[]): OpenReservation[] {
    return [...this.#open.values()].filter((each) => owners.includes(each.owner));
  }

  all(): OpenReservation[] {
    return [...this.#open.values()];
  }

  /** The shopper's open reservation that fulfills the request: one that is being paid, or one with the same lines that has not expired. */
  sameFor(request: Wanted): OpenReservation | undefined {
    const own = this.of(request.owners);
    return own.find((each) => each.hasOrder) ?? own.find((each) => isSame(each, request));
  }

  /** The limit that granting the request would exceed, without the shopper's earlier reservations, which it replaces. */
  exceededBy(request: Wanted, limits: ReservationLimits): ExceededLimit | undefined {
    const { open, units } = this.#useOf(request.addressHash);
    const replaced = this.of(request.owners).filter((each) => each.addressHash === request.addressHash);
    const address = { open: open - replaced.length, units: units - sum(replaced.map((each) => unitsOf(each.lines))) };
    return exceededLimit(limits, {
      isGuest: !isUser(request.owners[0]!),
      units: unitsOf(request.lines),
      address,
    });
  }

  /** Replaces the shopper's earlier reservations by the granted one. @returns the replaced reservations */
  replace(request: Wanted, expiresAt: Date): OpenReservation[] {
    const replaced = this.of(request.owners);
    for (const each of replaced) {
      this.#open.delete(each.id);
      this.#count(each.addressHash, -1, -unitsOf(each.lines));
    }
    const { reservationId, owners, addressHash, lines } = request;
    this.#open.set(reservationId, {
      id: reservationId,
      owner: owners[0]!,
      addressHash,
      expiresAt: expiresAt.toISOString(),
      hasOrder: false,
      lines,
    });
    this.#count(addressHash, 1, unitsOf(lines));
    return replaced;
  }

  #useOf(addressHash: string): AddressUse {
    return this.#addresses.get(addressHash) ?? { open: 0, units: 0 };
  }

  #count(addressHash: string | null, open: number, units: number): void {
    if (addressHash === null) return;
    const use = this.#useOf(addressHash);
    this.#addresses.set(addressHash, { open: use.open + open, units: use.units + units });
  }
}

function isSame(open: OpenReservation, request: Wanted): boolean {
  const quantities = new Map(open.lines.map((line) => [line.productId, line.quantity]));
  return (
    Date.parse(open.expiresAt) > Date.now() &&
    quantities.size === request.lines.length &&
    request.lines.every((line) => quantities.get(line.productId) === line.quantity)
  );
}

const unitsOf = (lines: readonly StockLine[]): number => sum(lines.map((line) => line.quantity));
const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
