/** The data model: one entity per table. Rows, inserts, and statements (`Sql.query`) take their types from here. */
import type { InferKyselyDB } from '@mikro-orm/postgresql';
import type { Insertable, Selectable } from 'kysely';
import { AccountToken, User } from './accounts.ts';
import { Cart, CartItem } from './carts.ts';
import { Category, Product, ProductFamily, StockChange } from './catalog.ts';
import {
  Order,
  OrderContactChange,
  OrderEvent,
  OrderItem,
  OrderLinkRevocation,
  OrderStep,
  Shipment,
  ShipmentItem,
} from './orders.ts';
import { OutboxMessage } from './outbox.ts';
import { Dispute, Payment, PaymentFailure, StripeEvent } from './payments.ts';
import {
  PurchasedLine,
  RecommendationArtifact,
  RecommendationModel,
  RecommendationPart,
  RecommendationServing,
  ShopperChoice,
} from './recommendations.ts';
import { Refund, RefundItem } from './refunds.ts';
import { Reservation, ReservationItem } from './reservations.ts';
import { FailingWorkflow } from './workflows.ts';

export const entities = [
  AccountToken,
  Cart,
  CartItem,
  Category,
  Dispute,
  FailingWorkflow,
  Order,
  OrderContactChange,
  OrderEvent,
  OrderItem,
  OrderLinkRevocation,
  OrderStep,
  OutboxMessage,
  Payment,
  PaymentFailure,
  Product,
  ProductFamily,
  PurchasedLine,
  RecommendationArtifact,
  RecommendationModel,
  RecommendationPart,
  RecommendationServing,
  Refund,
  RefundItem,
  Reservation,
  ReservationItem,
  Shipment,
  ShipmentItem,
  ShopperChoice,
  StockChange,
  StripeEvent,
  User,
] as const;

/** Every table's columns, by the table's name. */
export type Tables = InferKyselyDB<(typeof entities)[number]>;

/** A row as it is read. */
export type Row<Table extends keyof Tables> = Selectable<Tables[Table]>;
/** A row as it is inserted: columns with a default are optional. */
export type NewRow<Table extends keyof Tables> = Insertable<Tables[Table]>;
