/** The types of the API, made by `npm run docs` from the description in src/http; not to be edited. */

export interface paths {
    "/v1/billers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The billers
         * @description Needs a token of the scope `read`.
         */
        get: operations["listBillers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One biller, secrets masked
         * @description Needs a token of the scope `read`.
         */
        get: operations["getBiller"];
        /**
         * Make or change a biller
         * @description Needs a token of the scope `configure`.
         */
        put: operations["putBiller"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a biller stands: health, deliveries of 24 hours, what needs a person
         * @description Needs a token of the scope `read`.
         */
        get: operations["getBillerOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check settings, reach and keys, without side effects at the partner
         * @description Needs a token of the scope `operate`.
         */
        post: operations["checkBiller"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/partner": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether a biller's deliveries are held back, and why
         * @description Needs a token of the scope `read`.
         */
        get: operations["getPartner"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Try a biller whose deliveries are held back again, now
         * @description Needs a token of the scope `operate`.
         */
        post: operations["releaseBiller"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/reconciliations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Reconciliations, newest first
         * @description Needs a token of the scope `read`.
         */
        get: operations["listReconciliations"];
        put?: never;
        /**
         * Compare what is held with what the partner says
         * @description Needs a token of the scope `operate`.
         */
        post: operations["beginReconciliation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/reconciliations/{reconciliationId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One reconciliation, and what it found
         * @description Needs a token of the scope `read`.
         */
        get: operations["getReconciliation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/reconciliations/{reconciliationId}/findings.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What it found, for spreadsheets
         * @description Needs a token of the scope `read`.
         */
        get: operations["downloadReconciliation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/recordings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Calls that were kept to be replayed, oldest first
         * @description Needs a token of the scope `operate`.
         */
        get: operations["listRecordings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/shadow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * In what a biller's shadow differs, and whether it is ready
         * @description Needs a token of the scope `read`.
         */
        get: operations["getShadow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/shadow/switch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The shadow’s adapter, settings and options become the biller’s, and the other way round
         * @description Needs a token of the scope `configure`.
         */
        post: operations["switchShadow"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hold a biller's deliveries back until they are resumed
         * @description Needs a token of the scope `operate`.
         */
        post: operations["pauseBiller"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a biller's deliveries go again, whatever held them back
         * @description Needs a token of the scope `operate`.
         */
        post: operations["resumeBiller"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Accounts held, in the order of their numbers
         * @description Needs a token of the scope `read`.
         */
        get: operations["listAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/accounts/{accountNumber}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is held of an account, without asking the partner
         * @description Needs a token of the scope `read`.
         */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/accounts/{accountNumber}/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask the partner now (RTDR)
         * @description Needs a token of the scope `operate`.
         */
        post: operations["refreshAccount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/accounts/{accountNumber}/invoices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All invoices held for the account
         * @description Needs a token of the scope `read`.
         */
        get: operations["listInvoices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/accounts/{accountNumber}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to the account's invoices, newest first
         * @description Needs a token of the scope `read`.
         */
        get: operations["readHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What happened to invoices, in order; with `Prefer: wait=10` the next that happens is waited for
         * @description Needs a token of the scope `read`.
         */
        get: operations["readChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hold a payment durably and deliver it; `Prefer: wait=10` answers when it is settled
         * @description Needs a token of the scope `operate`.
         */
        post: operations["postPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/payments/{transactionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a payment stands
         * @description Needs a token of the scope `read`.
         */
        get: operations["getPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/payments/{transactionId}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a return stands
         * @description Needs a token of the scope `read`.
         */
        get: operations["getReturn"];
        put?: never;
        /**
         * A payment that the bank took back; `Prefer: wait=10` answers when it is settled
         * @description Needs a token of the scope `operate`.
         */
        post: operations["postReturn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/invoices/{invoiceNumber}/document": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An invoice's PDF
         * @description Needs a token of the scope `read`.
         */
        get: operations["getDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/accounts/{accountNumber}/enrollments/paperless": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the wish for paperless stands
         * @description Needs a token of the scope `read`.
         */
        get: operations["getPaperless"];
        /**
         * Wish paperless on or off; `Prefer: wait=10` answers when it is settled
         * @description Needs a token of the scope `operate`.
         */
        put: operations["setPaperless"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/accounts/{accountNumber}/enrollments/autopay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the wish for autopay stands
         * @description Needs a token of the scope `read`.
         */
        get: operations["getAutopay"];
        /**
         * Wish autopay on or off; `Prefer: wait=10` answers when it is settled
         * @description Needs a token of the scope `operate`.
         */
        put: operations["setAutopay"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/invoice-files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A biller's imports, newest first
         * @description Needs a token of the scope `read`.
         */
        get: operations["listImports"];
        put?: never;
        /**
         * Import an invoice file
         * @description Needs a token of the scope `operate`.
         */
        post: operations["postInvoiceFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/invoice-files/{importId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How an import stands
         * @description Needs a token of the scope `read`.
         */
        get: operations["getImport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/invoice-files/{importId}/set-aside": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The records set aside; go on with the last record number as `after`
         * @description Needs a token of the scope `read`.
         */
        get: operations["listSetAside"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/invoice-files/{importId}/set-aside.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All records set aside, for a spreadsheet
         * @description Needs a token of the scope `read`.
         */
        get: operations["downloadSetAside"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/billers/{billerId}/inbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How a biller's inbox stands
         * @description Needs a token of the scope `read`.
         */
        get: operations["getInbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Deliveries, newest first
         * @description Needs a token of the scope `read`.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many deliveries are in each state
         * @description Needs a token of the scope `read`.
         */
        get: operations["countDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One delivery with its attempts
         * @description Needs a token of the scope `read`.
         */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send it on its way again
         * @description Needs a token of the scope `operate`.
         */
        post: operations["retryDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give it up
         * @description Needs a token of the scope `operate`.
         */
        post: operations["cancelDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End it as a person says who looked at the partner
         * @description Needs a token of the scope `operate`.
         */
        post: operations["settleDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Retry, cancel or settle up to 500 deliveries, each for itself
         * @description Needs a token of the scope `operate`.
         */
        post: operations["changeDeliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tokens, revoked ones included; never the tokens themselves
         * @description Needs a token of the scope `configure`.
         */
        get: operations["listTokens"];
        put?: never;
        /**
         * Make a token; it is shown in this answer alone
         * @description Needs a token of the scope `configure`.
         */
        post: operations["makeToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token, and the log-ins made with it
         * @description Needs a token of the scope `configure`.
         */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who did what, newest first
         * @description Needs a token of the scope `read`.
         */
        get: operations["readAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit.ndjson": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The whole audit, oldest first, a JSON object a line
         * @description Needs a token of the scope `read`.
         */
        get: operations["exportAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * All billers at a glance, deliveries of 24 hours, what needs a person
         * @description Needs a token of the scope `read`.
         */
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Server-sent events: what kinds of things have changed
         * @description Needs a token of the scope `read`.
         */
        get: operations["listen"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The adapters, quarantined ones included
         * @description Needs a token of the scope `read`.
         */
        get: operations["listAdapters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/doctor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check the host: database, clocks, workers, adapters
         * @description Needs a token of the scope `read`.
         */
        get: operations["checkHost"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who is logged in, if anyone */
        get: operations["getSession"];
        put?: never;
        /** Log in to the console: sets a cookie */
        post: operations["logIn"];
        /**
         * Log out of the console
         * @description Needs a token of the scope `read`.
         */
        delete: operations["logOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the host is alive */
        get: operations["alive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether database, queue and adapters are ready */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Metrics for Prometheus
         * @description Needs a token of the scope `read`.
         */
        get: operations["readMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Problem: {
            type: string;
            title: string;
            status: number;
            /** @description Stable */
            code: string;
            detail: string;
            errors?: {
                field: string;
                code: string;
                message: string;
            }[];
            partnerMessages?: string[];
            retryAfterSeconds?: number;
            explanation?: components["schemas"]["Explanation"];
        };
        Exchange: {
            /** @description What was called */
            operation: string;
            url: string;
            /** @description Its beginning, secrets masked */
            request: string;
            /** @description HTTP status; null: no answer came */
            status: number | null;
            /** @description Its beginning, secrets masked */
            response: string;
            durationMs: number;
        };
        Attempt: {
            /** Format: date-time */
            at: string;
            durationMs: number;
            /** @description `delivered`, or the kind of the error */
            outcome: string;
            code: string | null;
            message: string | null;
            exchanges: components["schemas"]["Exchange"][];
        };
        Delivery: {
            id: string;
            billerId: string;
            /** @enum {string} */
            kind: "payment" | "return" | "paperless" | "autopay";
            /** @description Transaction id of a payment or return, account number of an enrollment */
            key: string;
            /** @enum {string} */
            state: "queued" | "delivered" | "rejected" | "parked" | "cancelled";
            attempts: number;
            result: {
                [key: string]: unknown;
            };
            /** @description Whose token handed it over; null: before this was kept */
            acceptedBy: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** Format: date-time */
            nextAttemptAt: string | null;
            summary: {
                /** @description A decimal, such as 115.00 */
                amount: string | null;
                accountNumber: string | null;
                enabled: boolean | null;
                /** @description Why it is as it is, in words */
                reason: string | null;
            };
        };
        Counterpart: {
            /** @description Of a payment’s return, or a return’s payment */
            id: string;
            /** @enum {string} */
            kind: "payment" | "return";
            /** @enum {string} */
            state: "queued" | "delivered" | "rejected" | "parked" | "cancelled";
        };
        DeliveryWithHistory: {
            id: string;
            billerId: string;
            /** @enum {string} */
            kind: "payment" | "return" | "paperless" | "autopay";
            /** @description Transaction id of a payment or return, account number of an enrollment */
            key: string;
            /** @enum {string} */
            state: "queued" | "delivered" | "rejected" | "parked" | "cancelled";
            attempts: number;
            result: {
                [key: string]: unknown;
            };
            /** @description Whose token handed it over; null: before this was kept */
            acceptedBy: string | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            updatedAt: string;
            /** Format: date-time */
            nextAttemptAt: string | null;
            summary: {
                /** @description A decimal, such as 115.00 */
                amount: string | null;
                accountNumber: string | null;
                enabled: boolean | null;
                /** @description Why it is as it is, in words */
                reason: string | null;
            };
            request: {
                [key: string]: unknown;
            };
            history: components["schemas"]["Attempt"][];
            counterpart: components["schemas"]["Counterpart"] | null;
            explanation?: components["schemas"]["Explanation"];
        };
        DeliveryList: {
            deliveries: components["schemas"]["Delivery"][];
            /** @description Cursor of the next page */
            next: string | null;
        };
        DeliveryCounts: {
            counts: {
                queued: number;
                delivered: number;
                rejected: number;
                parked: number;
                cancelled: number;
            };
            /** @description A number above this means “more” */
            countedAtMost: number;
        };
        BulkResult: {
            results: {
                id: string;
                ok: boolean;
                code?: string;
                detail?: string;
                /** @enum {string} */
                state?: "queued" | "delivered" | "rejected" | "parked" | "cancelled";
            }[];
        };
        Payment: {
            transactionId: string;
            accountNumber: string;
            invoiceNumber: string;
            amount: string;
            /** Format: date */
            paymentDate: string;
            method: string;
            source: string;
            bankName?: string;
            maskedNumber: string;
            payerName: string;
            deliveryId: string;
            billerId: string;
            /** @enum {string} */
            state: "queued" | "delivered" | "rejected" | "parked" | "cancelled";
            /** @description The partner knew it already: it is there once */
            duplicate: boolean;
            confirmationNumber: string | null;
            payoffAmount: string | null;
            partnerMessages: string[];
            reason: string | null;
            /** Format: date-time */
            acceptedAt: string;
            /** Format: date-time */
            nextAttemptAt: string | null;
            attempts: components["schemas"]["Attempt"][];
        };
        Return: {
            transactionId: string;
            code: string;
            /** Format: date */
            returnedOn: string;
            disableAutoPay?: boolean;
            deliveryId: string;
            billerId: string;
            /** @enum {string} */
            state: "queued" | "delivered" | "rejected" | "parked" | "cancelled";
            /** @description The partner knew it already: it is there once */
            duplicate: boolean;
            confirmationNumber: string | null;
            payoffAmount: string | null;
            partnerMessages: string[];
            reason: string | null;
            /** Format: date-time */
            acceptedAt: string;
            /** Format: date-time */
            nextAttemptAt: string | null;
            attempts: components["schemas"]["Attempt"][];
        };
        Enrollment: {
            deliveryId: string;
            accountNumber: string;
            enabled: boolean;
            /** @enum {string} */
            state: "queued" | "delivered" | "rejected" | "parked" | "cancelled";
            partnerMessages?: string[];
            code?: string;
            detail?: string;
            reason?: string;
            settledBy?: string;
            duplicate?: boolean;
            confirmationNumber?: string;
        };
        Invoice: {
            invoiceNumber: string;
            accountNumber: string;
            /** Format: date */
            invoiceDate: string;
            /** Format: date */
            invoiceDueDate: string;
            /** Format: date */
            autoPayCollectionDate: string | null;
            /** @description A decimal, such as 115.00 */
            totalAmountDue: string;
            /** @description A decimal, such as 115.00 */
            balanceDue: string;
            invoiceTypeId: number;
            /** @enum {string} */
            status: "active" | "deactivated";
        };
        InvoiceList: {
            invoices: components["schemas"]["Invoice"][];
        };
        PaymentBlock: {
            ach: boolean;
            card: boolean;
            /** @description In words */
            reason: string | null;
        };
        Explanation: {
            /** @description What whoever asks wants to know first */
            summary: string;
            reasons: {
                /** @description Stable name of the rule that applied */
                rule: string;
                /** @description A sentence */
                says: string;
                /** @description What was looked at, by the name of whoever told it */
                field?: string;
                /** @description What was there, secrets masked */
                value?: string;
                /** Format: date-time */
                at?: string;
                /** @description Which of the exchanges told it, counted from 0 */
                exchange?: number;
            }[];
            exchanges: components["schemas"]["Exchange"][];
        };
        Reconciliation: {
            id: string;
            billerId: string;
            /** @enum {string} */
            state: "running" | "done" | "failed";
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            finishedAt: string | null;
            /** @description How many accounts; null: all */
            wanted: number | null;
            /** @description Asked for so far */
            accounts: number;
            /** @description Of these, ones that the partner could not tell of */
            unanswered: number;
            findings: number;
            repaired: number;
            lost: number;
            problem: string | null;
        };
        ReconciliationList: {
            reconciliations: components["schemas"]["Reconciliation"][];
        };
        ReconciliationWithFindings: {
            id: string;
            billerId: string;
            /** @enum {string} */
            state: "running" | "done" | "failed";
            /** Format: date-time */
            startedAt: string;
            /** Format: date-time */
            finishedAt: string | null;
            /** @description How many accounts; null: all */
            wanted: number | null;
            /** @description Asked for so far */
            accounts: number;
            /** @description Of these, ones that the partner could not tell of */
            unanswered: number;
            findings: number;
            repaired: number;
            lost: number;
            problem: string | null;
            details: {
                /** @enum {string} */
                kind: "balance-differs" | "missing-here" | "missing-there" | "block-differs" | "account-unknown-there" | "payment-not-applied" | "enrollment-differs" | "payment-unsettled";
                /** @enum {string} */
                cause: "ours-late" | "theirs-late" | "lost" | "by-hand";
                accountNumber: string;
                /** @description Number of an invoice, transaction id of a payment, kind of an enrollment */
                subject: string | null;
                ours: string | null;
                theirs: string | null;
                repaired: boolean;
            }[];
        };
        Recording: {
            id: string;
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            contract: "rtdr-provider" | "payment-sink" | "enrollment-sink" | "document-provider" | "invoice-file-parser";
            method: string;
            /** @description The arguments of the call */
            input: unknown[];
            /** @description `value`, or `error` with its kind and code */
            outcome: {
                [key: string]: unknown;
            };
            exchanges: components["schemas"]["Exchange"][];
        };
        RecordingList: {
            recordings: components["schemas"]["Recording"][];
            /** @description Ask again with it as `after` */
            next: string | null;
        };
        ShadowReport: {
            /** @description Its id */
            shadow: string;
            ready: boolean;
            /** @description Why it is, or is not, in words */
            says: string;
            wanted: {
                accounts: number;
                days: number;
            };
            seen: {
                runs: number;
                differing: number;
                accounts: number;
                /** Format: date-time */
                since: string | null;
            };
            fields: {
                /** @enum {string} */
                kind: "look-up" | "payment" | "return" | "paperless" | "autopay";
                field: string;
                /** @description In how many comparisons */
                runs: number;
                latest: {
                    /** Format: date-time */
                    at: string;
                    subject: string;
                    field: string;
                    /** @description Which invoice */
                    of: string | null;
                    /** @description By the adapter that counts */
                    first: string | null;
                    /** @description By the shadow */
                    second: string | null;
                };
            }[];
            trend: {
                /** Format: date */
                day: string;
                runs: number;
                differing: number;
            }[];
        };
        HeldAccount: {
            accountNumber: string;
            partnerAccountId: string | null;
            paymentBlock: components["schemas"]["PaymentBlock"];
            /** Format: date-time */
            refreshedAt: string | null;
        };
        HeldAccountList: {
            accounts: components["schemas"]["HeldAccount"][];
            /** @description Ask again with it as `after` */
            next: string | null;
        };
        History: {
            changes: {
                cursor: string;
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                recordType: "N" | "U" | "D";
                /** @enum {string} */
                source: "refresh" | "invoice-file";
                invoice: components["schemas"]["Invoice"];
            }[];
            next: string | null;
        };
        RefreshedAccount: {
            accountNumber: string;
            partnerAccountId: string | null;
            paymentBlock: components["schemas"]["PaymentBlock"];
            changes: {
                /** @enum {string} */
                recordType: "N" | "U" | "D";
                invoiceNumber: string;
            }[];
            invoices: components["schemas"]["Invoice"][];
            /** @description The partner could not be asked: this is what we held */
            stale: boolean;
            /** Format: date-time */
            refreshedAt: string | null;
            problem?: components["schemas"]["Problem"];
            explanation?: components["schemas"]["Explanation"];
        };
        ChangeList: {
            changes: {
                cursor: string;
                billerId: string;
                accountNumber: string;
                invoiceNumber: string;
                /** @enum {string} */
                change: "created" | "updated" | "deactivated";
                /** @enum {string} */
                source: "refresh" | "invoice-file";
                /** Format: date-time */
                at: string;
                invoice: components["schemas"]["Invoice"];
            }[];
            /** @description Keep it, and ask again with it as `after` */
            next: string;
        };
        Setting: {
            key: string;
            title: string;
            /** @description Advanced-setting id of the portal */
            settingId?: string;
            /** @enum {string} */
            type: "text" | "url" | "number" | "boolean" | "choice";
            choices?: string[];
            required?: boolean;
            secret?: boolean;
            default?: unknown;
            description?: string;
        };
        SuiteResult: {
            /** Format: date-time */
            at: string;
            /** @description The adapter’s version then */
            version: string;
            /** @description The slow checks were left out */
            quick: boolean;
            /** @description The adapter was built again since then */
            outdated: boolean;
            passed: number;
            failed: number;
            skipped: number;
            contracts: {
                /** @enum {string} */
                contract: "rtdr-provider" | "payment-sink" | "enrollment-sink" | "document-provider" | "invoice-file-parser";
                passed: number;
                failed: number;
                skipped: number;
            }[];
            failures: {
                contract: string;
                id: string;
                title: string;
                message: string;
            }[];
        };
        Isolation: {
            /** @enum {string} */
            state: "running" | "restarting" | "ended";
            /** @description How often its thread was started again */
            restarts: number;
            lastFault: string | null;
            /** Format: date-time */
            lastFaultAt: string | null;
        };
        Adapter: {
            id: string;
            name: string;
            version: string;
            hostApi: string;
            contracts: {
                /** @enum {string} */
                name: "rtdr-provider" | "payment-sink" | "enrollment-sink" | "document-provider" | "invoice-file-parser";
                version: string;
                capabilities?: string[];
            }[];
            settings: components["schemas"]["Setting"][];
            options: components["schemas"]["Setting"][];
            egress: string[];
            limits: {
                [key: string]: unknown;
            };
            /** @description How many billers are on it */
            billers: number;
            suite: components["schemas"]["SuiteResult"] | null;
            /** @description The host’s manifest says what its files must be */
            pinned: boolean;
            isolated: components["schemas"]["Isolation"] | null;
            /** @enum {string} */
            health: "loaded";
        } | {
            id: string | null;
            source: string;
            /** @enum {string} */
            health: "quarantined";
            faults: {
                file: string;
                path: string;
                message: string;
            }[];
        };
        AdapterList: {
            adapters: components["schemas"]["Adapter"][];
        };
        Biller: {
            billerId: string;
            name: string;
            guid: string;
            adapter: string;
            openBilling: boolean;
            invoiceTypeId: number;
            invoiceFormatGuid: string | null;
            settings: {
                [key: string]: unknown;
            };
            options: {
                [key: string]: unknown;
            };
            warnings?: string[];
        };
        BillerList: {
            billers: components["schemas"]["Biller"][];
        };
        Partner: {
            heldBack: {
                /** @enum {string} */
                cause: "misconfigured" | "failing" | "by-hand";
                code: string | null;
                detail: string | null;
                /** Format: date-time */
                since: string;
                /** Format: date-time */
                nextProbeAt: string | null;
            } | null;
        };
        Check: {
            /** @description `reach`, `clock`, `inbox`, the name of a contract; of the host: `database` … */
            what: string;
            setting: string | null;
            /** @enum {string} */
            state: "ok" | "failed" | "not-checked";
            code: string | null;
            detail: string;
            /** @description What to do */
            advice: string | null;
            ms: number;
        };
        CheckList: {
            checks: components["schemas"]["Check"][];
        };
        HostCheck: {
            version: string;
            /** Format: date-time */
            now: string;
            checks: components["schemas"]["Check"][];
        };
        Import: {
            importId: string;
            billerId: string;
            filename: string;
            sha256: string;
            /** @enum {string} */
            state: "running" | "applied" | "refused";
            bytes: number;
            bytesRead: number;
            records: number;
            created: number;
            updated: number;
            unchanged: number;
            setAside: number;
            totalAmount: string | null;
            problem: {
                code: string;
                detail: string;
                /** @description To be sent as it is */
                tellPartner: string;
            } | null;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            finishedAt: string | null;
            explanation?: components["schemas"]["Explanation"];
        };
        ImportList: {
            imports: components["schemas"]["Import"][];
        };
        SetAsideList: {
            records: {
                recordNumber: number;
                byteOffset: number;
                invoiceNumber: string | null;
                field: string;
                code: string;
                message: string;
            }[];
        };
        Inbox: {
            watched: boolean;
            /** Format: date-time */
            lookedAt: string | null;
            waiting: string[];
            problem: string | null;
        };
        Audit: {
            entries: {
                id: number;
                /** Format: date-time */
                at: string;
                actor: string;
                action: string;
                subject: string;
                reason: string | null;
                details: {
                    [key: string]: unknown;
                };
            }[];
            /** @description Cursor of the next page, to go on with as `before` */
            next: string | null;
        };
        Token: {
            tokenId: string;
            name: string;
            /** @enum {string} */
            scope: "read" | "operate" | "configure";
            billers: string[] | null;
            madeBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string | null;
            /** Format: date-time */
            lastUsedAt: string | null;
            /** Format: date-time */
            revokedAt: string | null;
        };
        TokenList: {
            tokens: components["schemas"]["Token"][];
        };
        NewToken: {
            tokenId: string;
            name: string;
            /** @enum {string} */
            scope: "read" | "operate" | "configure";
            billers: string[] | null;
            madeBy: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string | null;
            /** Format: date-time */
            lastUsedAt: string | null;
            /** Format: date-time */
            revokedAt: string | null;
            /** @description The token itself: shown this once, and kept nowhere */
            token: string;
        };
        Hour: {
            /** Format: date-time */
            at: string;
            delivered: number;
            rejected: number;
            failed: number;
            p50Ms: number | null;
            p95Ms: number | null;
        };
        Need: {
            /** @enum {string} */
            kind: "biller-misconfigured" | "deliveries-parked" | "deliveries-lost" | "biller-failing" | "token-ends" | "file-refused" | "file-overdue" | "inbox-unreadable" | "adapter-quarantined" | "biller-paused";
            billerId: string | null;
            count: number | null;
            code: string | null;
            detail: string | null;
            /** Format: date-time */
            since: string | null;
        };
        BillerHealth: {
            billerId: string;
            name: string;
            adapter: string;
            /** @enum {string} */
            health: "paused" | "failing" | "attention" | "ok";
            day: {
                delivered: number;
                rejected: number;
                failed: number;
            };
            queued: number;
            parked: number;
            /** Format: date-time */
            oldestQueuedAt: string | null;
            latestFile: {
                importId: string;
                filename: string;
                /** @enum {string} */
                state: "running" | "applied" | "refused";
                /** Format: date-time */
                at: string | null;
            } | null;
        };
        BillerOverview: {
            billerId: string;
            name: string;
            adapter: string;
            /** @enum {string} */
            health: "paused" | "failing" | "attention" | "ok";
            day: {
                delivered: number;
                rejected: number;
                failed: number;
            };
            queued: number;
            parked: number;
            /** Format: date-time */
            oldestQueuedAt: string | null;
            latestFile: {
                importId: string;
                filename: string;
                /** @enum {string} */
                state: "running" | "applied" | "refused";
                /** Format: date-time */
                at: string | null;
            } | null;
            needs: components["schemas"]["Need"][];
            hours: components["schemas"]["Hour"][];
        };
        Overview: {
            /** Format: date-time */
            at: string;
            needs: components["schemas"]["Need"][];
            hours: components["schemas"]["Hour"][];
            billers: components["schemas"]["BillerHealth"][];
        };
        Session: {
            /** @description Null: nobody is logged in */
            actor: string | null;
            /** @enum {string|null} */
            scope: "read" | "operate" | "configure" | null;
            billers: string[] | null;
            /** Format: date-time */
            expiresAt: string | null;
        };
        Alive: {
            /** @enum {string} */
            status: "alive";
        };
        Ready: {
            /** @enum {string} */
            status: "ready" | "not ready";
            checks: {
                database: boolean;
                queue: boolean;
                adapters: boolean;
            };
            draining: boolean;
            quarantined: number;
        };
        BillerBody: {
            name: string;
            guid: string;
            adapter: string;
            settings?: {
                [key: string]: unknown;
            };
            openBilling?: boolean;
            invoiceTypeId?: number;
            invoiceFormatGuid?: string | null;
            options?: {
                [key: string]: unknown;
            };
        };
        PaymentBody: {
            transactionId: string;
            accountNumber: string;
            invoiceNumber: string;
            amount: string;
            /** Format: date */
            paymentDate: string;
            /** @enum {string} */
            method: "Visa" | "MC" | "AMEX" | "Discover" | "ACH";
            source: string;
            bankName?: string;
            maskedNumber: string;
            payerName: string;
        };
        ReturnBody: {
            code: string;
            /** Format: date */
            returnedOn: string;
            disableAutoPay?: boolean;
        };
        EnrollmentBody: {
            enabled: boolean;
        };
        ReasonBody: {
            reason?: string;
        };
        ReconcileBody: {
            accounts?: number;
            repair?: boolean;
        };
        SettleBody: {
            /** @enum {string} */
            state: "delivered" | "rejected";
            reason: string;
            confirmationNumber?: string;
        };
        BulkBody: {
            /** @enum {string} */
            action: "retry" | "cancel" | "settle";
            ids: string[];
            reason?: string;
            /** @enum {string} */
            state?: "delivered" | "rejected";
        };
        LogInBody: {
            token: string;
        };
        TokenBody: {
            name: string;
            /** @enum {string} */
            scope: "read" | "operate" | "configure";
            billers?: string[];
            expiresInDays?: number;
        };
    };
    responses: {
        /** @description A problem, told by its code */
        Problem400: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 400,
                 *       "title": "bad limit",
                 *       "code": "bad-limit",
                 *       "detail": "limit must be 1 to 1000"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 401,
                 *       "title": "unauthorized",
                 *       "code": "unauthorized",
                 *       "detail": "a bearer token is needed: Authorization: Bearer …"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 403,
                 *       "title": "scope too small",
                 *       "code": "scope-too-small",
                 *       "detail": "this needs a token of the scope operate; this one has read"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 404,
                 *       "title": "biller not found",
                 *       "code": "biller-not-found",
                 *       "detail": "no biller 1664"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 409,
                 *       "title": "transaction conflict",
                 *       "code": "transaction-conflict",
                 *       "detail": "the transaction t-1 is held with another content"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem410: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 410,
                 *       "title": "cursor expired",
                 *       "code": "cursor-expired",
                 *       "detail": "changes behind this cursor are kept no longer; begin at 0.0, and ask for what is held of the accounts"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem412: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 412,
                 *       "title": "biller changed",
                 *       "code": "biller-changed",
                 *       "detail": "biller 1663 is not as it was read any more: read it again"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 422,
                 *       "title": "invalid request",
                 *       "code": "invalid-request",
                 *       "detail": "amount must be a decimal string with at most two decimals"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem429: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 429,
                 *       "title": "too many requests",
                 *       "code": "too-many-requests",
                 *       "detail": "this token asks more than the host allows in a second",
                 *       "retryAfterSeconds": 1
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem501: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 501,
                 *       "title": "contract not supported",
                 *       "code": "contract-not-supported",
                 *       "detail": "the adapter does not implement document-provider"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem502: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 502,
                 *       "title": "partner unavailable",
                 *       "code": "partner-unavailable",
                 *       "detail": "no answer in time"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 503,
                 *       "title": "database unavailable",
                 *       "code": "database-unavailable",
                 *       "detail": "the database does not answer; whether this was done is not known: ask again",
                 *       "retryAfterSeconds": 1
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A problem, told by its code */
        Problem507: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "about:blank",
                 *       "status": 507,
                 *       "title": "disk full",
                 *       "code": "disk-full",
                 *       "detail": "no room is left here; nothing of this was kept"
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listBillers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: The billers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "billers": [
                     *         {
                     *           "billerId": "1663",
                     *           "name": "Example Mutual",
                     *           "guid": "7c0e5d3e-41cb-4a4a-8a2f-166300000001",
                     *           "adapter": "britecore",
                     *           "openBilling": true,
                     *           "invoiceTypeId": 164,
                     *           "invoiceFormatGuid": null,
                     *           "settings": {
                     *             "8": "https://partner.example.com",
                     *             "10": "********"
                     *           },
                     *           "options": {
                     *             "generation": "modified"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BillerList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getBiller: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: One biller, secrets masked */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "billerId": "1663",
                     *       "name": "Example Mutual",
                     *       "guid": "7c0e5d3e-41cb-4a4a-8a2f-166300000001",
                     *       "adapter": "britecore",
                     *       "openBilling": true,
                     *       "invoiceTypeId": 164,
                     *       "invoiceFormatGuid": null,
                     *       "settings": {
                     *         "8": "https://partner.example.com",
                     *         "10": "********"
                     *       },
                     *       "options": {
                     *         "generation": "modified"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Biller"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    putBiller: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Changed only if it is still what was read with this `ETag`; else 412 `biller-changed`
                 * @example "2026-11-24T09:00:00.000Z"
                 */
                "if-match"?: string;
                /**
                 * @description Made only if there is none yet; else 412 `biller-exists`
                 * @example *
                 */
                "if-none-match"?: "*";
            };
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "Example Mutual",
                 *       "guid": "7c0e5d3e-41cb-4a4a-8a2f-166300000001",
                 *       "adapter": "britecore",
                 *       "settings": {
                 *         "8": "https://partner.example.com",
                 *         "10": {
                 *           "env": "BRITECORE_1663_KEY"
                 *         }
                 *       },
                 *       "openBilling": true
                 *     }
                 */
                "application/json": components["schemas"]["BillerBody"];
            };
        };
        responses: {
            /** @description Done: Make or change a biller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "billerId": "1663",
                     *       "name": "Example Mutual",
                     *       "guid": "7c0e5d3e-41cb-4a4a-8a2f-166300000001",
                     *       "adapter": "britecore",
                     *       "openBilling": true,
                     *       "invoiceTypeId": 164,
                     *       "invoiceFormatGuid": null,
                     *       "settings": {
                     *         "8": "https://partner.example.com",
                     *         "10": "********"
                     *       },
                     *       "options": {
                     *         "generation": "modified"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Biller"];
                };
            };
            /** @description Made: Make or change a biller */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "billerId": "1663",
                     *       "name": "Example Mutual",
                     *       "guid": "7c0e5d3e-41cb-4a4a-8a2f-166300000001",
                     *       "adapter": "britecore",
                     *       "openBilling": true,
                     *       "invoiceTypeId": 164,
                     *       "invoiceFormatGuid": null,
                     *       "settings": {
                     *         "8": "https://partner.example.com",
                     *         "10": "********"
                     *       },
                     *       "options": {
                     *         "generation": "modified"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Biller"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            409: components["responses"]["Problem409"];
            412: components["responses"]["Problem412"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getBillerOverview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: How a biller stands: health, deliveries of 24 hours, what needs a person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "billerId": "1663",
                     *       "name": "Example Mutual",
                     *       "adapter": "britecore",
                     *       "health": "attention",
                     *       "day": {
                     *         "delivered": 120,
                     *         "rejected": 2,
                     *         "failed": 1
                     *       },
                     *       "queued": 0,
                     *       "parked": 3,
                     *       "oldestQueuedAt": null,
                     *       "latestFile": {
                     *         "importId": "0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f",
                     *         "filename": "1663_11232026.JSON",
                     *         "state": "applied",
                     *         "at": "2026-11-24T08:00:00.000Z"
                     *       },
                     *       "needs": [
                     *         {
                     *           "kind": "deliveries-parked",
                     *           "billerId": "1663",
                     *           "count": 3,
                     *           "code": "http-500",
                     *           "detail": "the partner gave the same answer 10 times",
                     *           "since": "2026-11-24T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "hours": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "delivered": 120,
                     *           "rejected": 2,
                     *           "failed": 1,
                     *           "p50Ms": 40,
                     *           "p95Ms": 180
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BillerOverview"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    checkBiller: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Check settings, reach and keys, without side effects at the partner */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "checks": [
                     *         {
                     *           "what": "rtdr-provider",
                     *           "setting": null,
                     *           "state": "ok",
                     *           "code": null,
                     *           "advice": null,
                     *           "ms": 31,
                     *           "detail": "The partner answers and takes our key."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["CheckList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getPartner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Whether a biller's deliveries are held back, and why */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "heldBack": {
                     *         "cause": "misconfigured",
                     *         "code": "api-key-refused",
                     *         "detail": "the partner refuses the key",
                     *         "since": "2026-11-24T08:00:00.000Z",
                     *         "nextProbeAt": "2026-11-24T08:05:00.000Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Partner"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    releaseBiller: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Try a biller whose deliveries are held back again, now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "heldBack": {
                     *         "cause": "misconfigured",
                     *         "code": "api-key-refused",
                     *         "detail": "the partner refuses the key",
                     *         "since": "2026-11-24T08:00:00.000Z",
                     *         "nextProbeAt": "2026-11-24T08:05:00.000Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Partner"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listReconciliations: {
        parameters: {
            query?: {
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Reconciliations, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "reconciliations": [
                     *         {
                     *           "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *           "billerId": "1663",
                     *           "state": "done",
                     *           "wanted": 200,
                     *           "problem": null,
                     *           "startedAt": "2026-11-25T02:00:00.000Z",
                     *           "finishedAt": "2026-11-25T02:01:00.000Z",
                     *           "accounts": 200,
                     *           "unanswered": 0,
                     *           "findings": 1,
                     *           "repaired": 1,
                     *           "lost": 0
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ReconciliationList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    beginReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "accounts": 200,
                 *       "repair": true
                 *     }
                 */
                "application/json": components["schemas"]["ReconcileBody"];
            };
        };
        responses: {
            /** @description Held durably: Compare what is held with what the partner says */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "state": "done",
                     *       "wanted": 200,
                     *       "problem": null,
                     *       "startedAt": "2026-11-25T02:00:00.000Z",
                     *       "finishedAt": "2026-11-25T02:01:00.000Z",
                     *       "accounts": 200,
                     *       "unanswered": 0,
                     *       "findings": 1,
                     *       "repaired": 1,
                     *       "lost": 0
                     *     }
                     */
                    "application/json": components["schemas"]["Reconciliation"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            501: components["responses"]["Problem501"];
            503: components["responses"]["Problem503"];
        };
    };
    getReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example 0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a */
                reconciliationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: One reconciliation, and what it found */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "state": "done",
                     *       "wanted": 200,
                     *       "problem": null,
                     *       "startedAt": "2026-11-25T02:00:00.000Z",
                     *       "finishedAt": "2026-11-25T02:01:00.000Z",
                     *       "accounts": 200,
                     *       "unanswered": 0,
                     *       "findings": 1,
                     *       "repaired": 1,
                     *       "lost": 0,
                     *       "details": [
                     *         {
                     *           "kind": "balance-differs",
                     *           "cause": "ours-late",
                     *           "accountNumber": "FM4000264061",
                     *           "subject": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *           "repaired": true,
                     *           "ours": "balance 115.00 of 115.00",
                     *           "theirs": "balance 0.00 of 115.00"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ReconciliationWithFindings"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    downloadReconciliation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example 0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a */
                reconciliationId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: What it found, for spreadsheets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example record number,byte offset,invoice number,field,code,message */
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listRecordings: {
        parameters: {
            query?: {
                /**
                 * @description Accepted at this time or later
                 * @example 2026-11-24T00:00:00Z
                 */
                from?: string;
                /**
                 * @description Where to go on: what an answer gave as `next`
                 * @example
                 */
                after?: string;
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Calls that were kept to be replayed, oldest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "recordings": [
                     *         {
                     *           "id": "7",
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "contract": "rtdr-provider",
                     *           "method": "lookUp",
                     *           "exchanges": [
                     *             {
                     *               "operation": "create_payment",
                     *               "url": "https://partner.example.com/api/v2/payments/create_payment",
                     *               "request": "{\"api_key\":\"********\",\"amount\":\"15.00\"}",
                     *               "status": 503,
                     *               "response": "try later",
                     *               "durationMs": 41
                     *             }
                     *           ],
                     *           "input": [
                     *             {
                     *               "accountNumber": "FM4000264061",
                     *               "heldInvoiceNumbers": []
                     *             }
                     *           ],
                     *           "outcome": {
                     *             "value": {
                     *               "invoices": [],
                     *               "complete": true
                     *             }
                     *           }
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["RecordingList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getShadow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: In what a biller's shadow differs, and whether it is ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "shadow": "1663-next",
                     *       "ready": false,
                     *       "says": "1 of 120 comparisons differ.",
                     *       "wanted": {
                     *         "accounts": 100,
                     *         "days": 7
                     *       },
                     *       "seen": {
                     *         "runs": 120,
                     *         "differing": 1,
                     *         "accounts": 80,
                     *         "since": "2026-11-24T08:00:00.000Z"
                     *       },
                     *       "fields": [
                     *         {
                     *           "kind": "look-up",
                     *           "field": "invoice.balanceDue",
                     *           "runs": 1,
                     *           "latest": {
                     *             "at": "2026-11-24T08:00:00.000Z",
                     *             "subject": "FM4000264061",
                     *             "field": "invoice.balanceDue",
                     *             "of": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *             "first": "115.00",
                     *             "second": "0.00"
                     *           }
                     *         }
                     *       ],
                     *       "trend": [
                     *         {
                     *           "day": "2026-11-25",
                     *           "runs": 120,
                     *           "differing": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ShadowReport"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    switchShadow: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "reason": "the partner confirmed it by telephone"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonBody"];
            };
        };
        responses: {
            /** @description Done: The shadow’s adapter, settings and options become the biller’s, and the other way round */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "shadow": "1663-next",
                     *       "ready": false,
                     *       "says": "1 of 120 comparisons differ.",
                     *       "wanted": {
                     *         "accounts": 100,
                     *         "days": 7
                     *       },
                     *       "seen": {
                     *         "runs": 120,
                     *         "differing": 1,
                     *         "accounts": 80,
                     *         "since": "2026-11-24T08:00:00.000Z"
                     *       },
                     *       "fields": [
                     *         {
                     *           "kind": "look-up",
                     *           "field": "invoice.balanceDue",
                     *           "runs": 1,
                     *           "latest": {
                     *             "at": "2026-11-24T08:00:00.000Z",
                     *             "subject": "FM4000264061",
                     *             "field": "invoice.balanceDue",
                     *             "of": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *             "first": "115.00",
                     *             "second": "0.00"
                     *           }
                     *         }
                     *       ],
                     *       "trend": [
                     *         {
                     *           "day": "2026-11-25",
                     *           "runs": 120,
                     *           "differing": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ShadowReport"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    pauseBiller: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "reason": "the partner confirmed it by telephone"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonBody"];
            };
        };
        responses: {
            /** @description Done: Hold a biller's deliveries back until they are resumed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "heldBack": {
                     *         "cause": "misconfigured",
                     *         "code": "api-key-refused",
                     *         "detail": "the partner refuses the key",
                     *         "since": "2026-11-24T08:00:00.000Z",
                     *         "nextProbeAt": "2026-11-24T08:05:00.000Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Partner"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    resumeBiller: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "reason": "the partner confirmed it by telephone"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonBody"];
            };
        };
        responses: {
            /** @description Done: Let a biller's deliveries go again, whatever held them back */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "heldBack": {
                     *         "cause": "misconfigured",
                     *         "code": "api-key-refused",
                     *         "detail": "the partner refuses the key",
                     *         "since": "2026-11-24T08:00:00.000Z",
                     *         "nextProbeAt": "2026-11-24T08:05:00.000Z"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Partner"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listAccounts: {
        parameters: {
            query?: {
                /**
                 * @description What the number, transaction id or account number begins with
                 * @example t-1
                 */
                q?: string;
                /**
                 * @description Where to go on: what an answer gave as `next`
                 * @example
                 */
                after?: string;
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Accounts held, in the order of their numbers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accounts": [
                     *         {
                     *           "accountNumber": "FM4000264061",
                     *           "partnerAccountId": "a-1",
                     *           "paymentBlock": {
                     *             "ach": true,
                     *             "card": true,
                     *             "reason": "Poor Payment History is set and the policy is Cancellation Pending"
                     *           },
                     *           "refreshedAt": "2026-11-24T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["HeldAccountList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example FM4000264061 */
                accountNumber: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: What is held of an account, without asking the partner */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accountNumber": "FM4000264061",
                     *       "partnerAccountId": "a-1",
                     *       "paymentBlock": {
                     *         "ach": false,
                     *         "card": false,
                     *         "reason": null
                     *       },
                     *       "changes": [
                     *         {
                     *           "recordType": "N",
                     *           "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42"
                     *         }
                     *       ],
                     *       "invoices": [
                     *         {
                     *           "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *           "accountNumber": "FM4000264061",
                     *           "invoiceDate": "2026-11-01",
                     *           "invoiceDueDate": "2026-12-01",
                     *           "autoPayCollectionDate": "2026-12-01",
                     *           "totalAmountDue": "115.00",
                     *           "balanceDue": "115.00",
                     *           "invoiceTypeId": 164,
                     *           "status": "active"
                     *         }
                     *       ],
                     *       "stale": false,
                     *       "refreshedAt": "2026-11-24T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RefreshedAccount"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    refreshAccount: {
        parameters: {
            query?: {
                /**
                 * @description Say why everything is as it is, too
                 * @example true
                 */
                explain?: "true" | "false";
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example FM4000264061 */
                accountNumber: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Ask the partner now (RTDR) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "accountNumber": "FM4000264061",
                     *       "partnerAccountId": "a-1",
                     *       "paymentBlock": {
                     *         "ach": false,
                     *         "card": false,
                     *         "reason": null
                     *       },
                     *       "changes": [
                     *         {
                     *           "recordType": "N",
                     *           "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42"
                     *         }
                     *       ],
                     *       "invoices": [
                     *         {
                     *           "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *           "accountNumber": "FM4000264061",
                     *           "invoiceDate": "2026-11-01",
                     *           "invoiceDueDate": "2026-12-01",
                     *           "autoPayCollectionDate": "2026-12-01",
                     *           "totalAmountDue": "115.00",
                     *           "balanceDue": "115.00",
                     *           "invoiceTypeId": 164,
                     *           "status": "active"
                     *         }
                     *       ],
                     *       "stale": false,
                     *       "refreshedAt": "2026-11-24T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["RefreshedAccount"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            429: components["responses"]["Problem429"];
            501: components["responses"]["Problem501"];
            502: components["responses"]["Problem502"];
            503: components["responses"]["Problem503"];
        };
    };
    listInvoices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example FM4000264061 */
                accountNumber: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: All invoices held for the account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "invoices": [
                     *         {
                     *           "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *           "accountNumber": "FM4000264061",
                     *           "invoiceDate": "2026-11-01",
                     *           "invoiceDueDate": "2026-12-01",
                     *           "autoPayCollectionDate": "2026-12-01",
                     *           "totalAmountDue": "115.00",
                     *           "balanceDue": "115.00",
                     *           "invoiceTypeId": 164,
                     *           "status": "active"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["InvoiceList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    readHistory: {
        parameters: {
            query?: {
                /**
                 * @description Where to go on: what an answer gave as `next`
                 * @example
                 */
                before?: string;
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example FM4000264061 */
                accountNumber: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: What happened to the account's invoices, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changes": [
                     *         {
                     *           "cursor": "741.1",
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "recordType": "N",
                     *           "source": "refresh",
                     *           "invoice": {
                     *             "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *             "accountNumber": "FM4000264061",
                     *             "invoiceDate": "2026-11-01",
                     *             "invoiceDueDate": "2026-12-01",
                     *             "autoPayCollectionDate": "2026-12-01",
                     *             "totalAmountDue": "115.00",
                     *             "balanceDue": "115.00",
                     *             "invoiceTypeId": 164,
                     *             "status": "active"
                     *           }
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["History"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    readChanges: {
        parameters: {
            query?: {
                /**
                 * @description Where to go on: what an answer gave as `next`
                 * @example
                 */
                after?: string;
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: {
                /**
                 * @description For how many seconds at the most an answer may wait
                 * @example wait=10
                 */
                prefer?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: What happened to invoices, in order; with `Prefer: wait=10` the next that happens is waited for */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "changes": [
                     *         {
                     *           "cursor": "741.1",
                     *           "billerId": "1663",
                     *           "accountNumber": "FM4000264061",
                     *           "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *           "change": "created",
                     *           "source": "refresh",
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "invoice": {
                     *             "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *             "accountNumber": "FM4000264061",
                     *             "invoiceDate": "2026-11-01",
                     *             "invoiceDueDate": "2026-12-01",
                     *             "autoPayCollectionDate": "2026-12-01",
                     *             "totalAmountDue": "115.00",
                     *             "balanceDue": "115.00",
                     *             "invoiceTypeId": 164,
                     *             "status": "active"
                     *           }
                     *         }
                     *       ],
                     *       "next": "741.1"
                     *     }
                     */
                    "application/json": components["schemas"]["ChangeList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            410: components["responses"]["Problem410"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    postPayment: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For how many seconds at the most an answer may wait
                 * @example wait=10
                 */
                prefer?: string;
            };
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "transactionId": "t-1",
                 *       "accountNumber": "FM4000264061",
                 *       "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                 *       "amount": "15.00",
                 *       "paymentDate": "2026-11-24",
                 *       "method": "Visa",
                 *       "source": "Web",
                 *       "maskedNumber": "4242",
                 *       "payerName": "Jordan Example"
                 *     }
                 */
                "application/json": components["schemas"]["PaymentBody"];
            };
        };
        responses: {
            /** @description Done: Hold a payment durably and deliver it; `Prefer: wait=10` answers when it is settled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionId": "t-1",
                     *       "accountNumber": "FM4000264061",
                     *       "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *       "amount": "15.00",
                     *       "paymentDate": "2026-11-24",
                     *       "method": "Visa",
                     *       "source": "Web",
                     *       "maskedNumber": "4242",
                     *       "payerName": "Jordan Example",
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "state": "delivered",
                     *       "duplicate": false,
                     *       "confirmationNumber": "P-10001",
                     *       "payoffAmount": "100.00",
                     *       "partnerMessages": [],
                     *       "reason": null,
                     *       "acceptedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": null,
                     *       "attempts": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "durationMs": 38,
                     *           "outcome": "delivered",
                     *           "code": null,
                     *           "message": null,
                     *           "exchanges": []
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Payment"];
                };
            };
            /** @description Held durably: Hold a payment durably and deliver it; `Prefer: wait=10` answers when it is settled */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionId": "t-1",
                     *       "accountNumber": "FM4000264061",
                     *       "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *       "amount": "15.00",
                     *       "paymentDate": "2026-11-24",
                     *       "method": "Visa",
                     *       "source": "Web",
                     *       "maskedNumber": "4242",
                     *       "payerName": "Jordan Example",
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "state": "delivered",
                     *       "duplicate": false,
                     *       "confirmationNumber": "P-10001",
                     *       "payoffAmount": "100.00",
                     *       "partnerMessages": [],
                     *       "reason": null,
                     *       "acceptedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": null,
                     *       "attempts": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "durationMs": 38,
                     *           "outcome": "delivered",
                     *           "code": null,
                     *           "message": null,
                     *           "exchanges": []
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Payment"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            501: components["responses"]["Problem501"];
            503: components["responses"]["Problem503"];
        };
    };
    getPayment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example t-1 */
                transactionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: How a payment stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionId": "t-1",
                     *       "accountNumber": "FM4000264061",
                     *       "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *       "amount": "15.00",
                     *       "paymentDate": "2026-11-24",
                     *       "method": "Visa",
                     *       "source": "Web",
                     *       "maskedNumber": "4242",
                     *       "payerName": "Jordan Example",
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "state": "delivered",
                     *       "duplicate": false,
                     *       "confirmationNumber": "P-10001",
                     *       "payoffAmount": "100.00",
                     *       "partnerMessages": [],
                     *       "reason": null,
                     *       "acceptedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": null,
                     *       "attempts": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "durationMs": 38,
                     *           "outcome": "delivered",
                     *           "code": null,
                     *           "message": null,
                     *           "exchanges": []
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Payment"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getReturn: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example t-1 */
                transactionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: How a return stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionId": "t-1",
                     *       "code": "R01",
                     *       "returnedOn": "2026-11-26",
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "state": "delivered",
                     *       "duplicate": false,
                     *       "confirmationNumber": "P-10001",
                     *       "payoffAmount": "100.00",
                     *       "partnerMessages": [],
                     *       "reason": null,
                     *       "acceptedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": null,
                     *       "attempts": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "durationMs": 38,
                     *           "outcome": "delivered",
                     *           "code": null,
                     *           "message": null,
                     *           "exchanges": []
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Return"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    postReturn: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For how many seconds at the most an answer may wait
                 * @example wait=10
                 */
                prefer?: string;
            };
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example t-1 */
                transactionId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "code": "R01",
                 *       "returnedOn": "2026-11-26",
                 *       "disableAutoPay": true
                 *     }
                 */
                "application/json": components["schemas"]["ReturnBody"];
            };
        };
        responses: {
            /** @description Done: A payment that the bank took back; `Prefer: wait=10` answers when it is settled */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionId": "t-1",
                     *       "code": "R01",
                     *       "returnedOn": "2026-11-26",
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "state": "delivered",
                     *       "duplicate": false,
                     *       "confirmationNumber": "P-10001",
                     *       "payoffAmount": "100.00",
                     *       "partnerMessages": [],
                     *       "reason": null,
                     *       "acceptedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": null,
                     *       "attempts": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "durationMs": 38,
                     *           "outcome": "delivered",
                     *           "code": null,
                     *           "message": null,
                     *           "exchanges": []
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Return"];
                };
            };
            /** @description Held durably: A payment that the bank took back; `Prefer: wait=10` answers when it is settled */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "transactionId": "t-1",
                     *       "code": "R01",
                     *       "returnedOn": "2026-11-26",
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "state": "delivered",
                     *       "duplicate": false,
                     *       "confirmationNumber": "P-10001",
                     *       "payoffAmount": "100.00",
                     *       "partnerMessages": [],
                     *       "reason": null,
                     *       "acceptedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": null,
                     *       "attempts": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "durationMs": 38,
                     *           "outcome": "delivered",
                     *           "code": null,
                     *           "message": null,
                     *           "exchanges": []
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Return"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            501: components["responses"]["Problem501"];
            503: components["responses"]["Problem503"];
        };
    };
    getDocument: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example f2fa7664-a055-4780-bf51-2b33f0889d42 */
                invoiceNumber: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: An invoice's PDF */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example %PDF-1.7 … */
                    "application/pdf": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            501: components["responses"]["Problem501"];
            502: components["responses"]["Problem502"];
            503: components["responses"]["Problem503"];
        };
    };
    getPaperless: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example FM4000264061 */
                accountNumber: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: How the wish for paperless stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "accountNumber": "FM4000264061",
                     *       "enabled": true,
                     *       "state": "delivered",
                     *       "partnerMessages": []
                     *     }
                     */
                    "application/json": components["schemas"]["Enrollment"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    setPaperless: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For how many seconds at the most an answer may wait
                 * @example wait=10
                 */
                prefer?: string;
            };
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example FM4000264061 */
                accountNumber: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "enabled": true
                 *     }
                 */
                "application/json": components["schemas"]["EnrollmentBody"];
            };
        };
        responses: {
            /** @description Held durably: Wish paperless on or off; `Prefer: wait=10` answers when it is settled */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "accountNumber": "FM4000264061",
                     *       "enabled": true,
                     *       "state": "delivered",
                     *       "partnerMessages": []
                     *     }
                     */
                    "application/json": components["schemas"]["Enrollment"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            501: components["responses"]["Problem501"];
            503: components["responses"]["Problem503"];
        };
    };
    getAutopay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example FM4000264061 */
                accountNumber: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: How the wish for autopay stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "accountNumber": "FM4000264061",
                     *       "enabled": true,
                     *       "state": "delivered",
                     *       "partnerMessages": []
                     *     }
                     */
                    "application/json": components["schemas"]["Enrollment"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    setAutopay: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description For how many seconds at the most an answer may wait
                 * @example wait=10
                 */
                prefer?: string;
            };
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example FM4000264061 */
                accountNumber: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "enabled": true
                 *     }
                 */
                "application/json": components["schemas"]["EnrollmentBody"];
            };
        };
        responses: {
            /** @description Held durably: Wish autopay on or off; `Prefer: wait=10` answers when it is settled */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deliveryId": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "accountNumber": "FM4000264061",
                     *       "enabled": true,
                     *       "state": "delivered",
                     *       "partnerMessages": []
                     *     }
                     */
                    "application/json": components["schemas"]["Enrollment"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            501: components["responses"]["Problem501"];
            503: components["responses"]["Problem503"];
        };
    };
    listImports: {
        parameters: {
            query?: {
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: A biller's imports, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "imports": [
                     *         {
                     *           "importId": "0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f",
                     *           "billerId": "1663",
                     *           "filename": "1663_11232026.JSON",
                     *           "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                     *           "state": "refused",
                     *           "bytes": 5120,
                     *           "bytesRead": 5120,
                     *           "records": 12,
                     *           "created": 0,
                     *           "updated": 0,
                     *           "unchanged": 0,
                     *           "setAside": 0,
                     *           "totalAmount": null,
                     *           "problem": {
                     *             "code": "invoice-count-differs",
                     *             "detail": "the header says 13 invoices, the file holds 12",
                     *             "tellPartner": "The number of invoices in the header is not the number of invoices in the file."
                     *           },
                     *           "createdAt": "2026-11-24T08:00:00.000Z",
                     *           "finishedAt": "2026-11-24T08:00:00.000Z"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ImportList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    postInvoiceFile: {
        parameters: {
            query: {
                /**
                 * @description The name of the file
                 * @example 1663_11232026.JSON
                 */
                filename: string;
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {"FileHeader":{"BillerGUID":"…"},"Invoices":[]} */
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Held durably: Import an invoice file */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "importId": "0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f",
                     *       "billerId": "1663",
                     *       "filename": "1663_11232026.JSON",
                     *       "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                     *       "state": "refused",
                     *       "bytes": 5120,
                     *       "bytesRead": 5120,
                     *       "records": 12,
                     *       "created": 0,
                     *       "updated": 0,
                     *       "unchanged": 0,
                     *       "setAside": 0,
                     *       "totalAmount": null,
                     *       "problem": {
                     *         "code": "invoice-count-differs",
                     *         "detail": "the header says 13 invoices, the file holds 12",
                     *         "tellPartner": "The number of invoices in the header is not the number of invoices in the file."
                     *       },
                     *       "createdAt": "2026-11-24T08:00:00.000Z",
                     *       "finishedAt": "2026-11-24T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            501: components["responses"]["Problem501"];
            503: components["responses"]["Problem503"];
            507: components["responses"]["Problem507"];
        };
    };
    getImport: {
        parameters: {
            query?: {
                /**
                 * @description Say why everything is as it is, too
                 * @example true
                 */
                explain?: "true" | "false";
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example 0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f */
                importId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: How an import stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "importId": "0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f",
                     *       "billerId": "1663",
                     *       "filename": "1663_11232026.JSON",
                     *       "sha256": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                     *       "state": "refused",
                     *       "bytes": 5120,
                     *       "bytesRead": 5120,
                     *       "records": 12,
                     *       "created": 0,
                     *       "updated": 0,
                     *       "unchanged": 0,
                     *       "setAside": 0,
                     *       "totalAmount": null,
                     *       "problem": {
                     *         "code": "invoice-count-differs",
                     *         "detail": "the header says 13 invoices, the file holds 12",
                     *         "tellPartner": "The number of invoices in the header is not the number of invoices in the file."
                     *       },
                     *       "createdAt": "2026-11-24T08:00:00.000Z",
                     *       "finishedAt": "2026-11-24T08:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Import"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listSetAside: {
        parameters: {
            query?: {
                /**
                 * @description Where to go on: what an answer gave as `next`
                 * @example
                 */
                after?: string;
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example 0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f */
                importId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: The records set aside; go on with the last record number as `after` */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "records": [
                     *         {
                     *           "recordNumber": 7,
                     *           "byteOffset": 3120,
                     *           "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *           "field": "invoiceDueDate",
                     *           "code": "missing",
                     *           "message": "is required"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["SetAsideList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    downloadSetAside: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
                /** @example 0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f */
                importId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: All records set aside, for a spreadsheet */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example record number,byte offset,invoice number,field,code,message */
                    "text/csv": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getInbox: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 1663 */
                billerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: How a biller's inbox stands */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "watched": true,
                     *       "lookedAt": "2026-11-24T08:00:00.000Z",
                     *       "waiting": [
                     *         "1663_11242026.JSON"
                     *       ],
                     *       "problem": null
                     *     }
                     */
                    "application/json": components["schemas"]["Inbox"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /**
                 * @description Only deliveries in this state
                 * @example parked
                 */
                state?: "queued" | "delivered" | "rejected" | "parked" | "cancelled";
                /**
                 * @description Only of this biller
                 * @example 1663
                 */
                biller?: string;
                /**
                 * @description Only of this kind
                 * @example payment
                 */
                kind?: "payment" | "return" | "paperless" | "autopay";
                /**
                 * @description What the number, transaction id or account number begins with
                 * @example t-1
                 */
                q?: string;
                /**
                 * @description Whatever concerns this account
                 * @example FM4000264061
                 */
                account?: string;
                /**
                 * @description Accepted at this time or later
                 * @example 2026-11-24T00:00:00Z
                 */
                from?: string;
                /**
                 * @description Accepted before this time
                 * @example 2026-11-25T00:00:00Z
                 */
                to?: string;
                /**
                 * @description Where to go on: what an answer gave as `next`
                 * @example
                 */
                after?: string;
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Deliveries, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "deliveries": [
                     *         {
                     *           "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *           "billerId": "1663",
                     *           "kind": "payment",
                     *           "key": "t-1",
                     *           "state": "queued",
                     *           "attempts": 1,
                     *           "result": {
                     *             "code": "http-503",
                     *             "detail": "create_payment: HTTP 503",
                     *             "partnerMessages": []
                     *           },
                     *           "acceptedBy": "portal core (0a1b2c3d4e5f)",
                     *           "createdAt": "2026-11-24T08:00:00.000Z",
                     *           "updatedAt": "2026-11-24T08:00:00.000Z",
                     *           "nextAttemptAt": "2026-11-24T08:00:02.000Z",
                     *           "summary": {
                     *             "amount": "15.00",
                     *             "accountNumber": "FM4000264061",
                     *             "enabled": null,
                     *             "reason": "create_payment: HTTP 503"
                     *           }
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["DeliveryList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    countDeliveries: {
        parameters: {
            query?: {
                /**
                 * @description Only of this biller
                 * @example 1663
                 */
                biller?: string;
                /**
                 * @description Only of this kind
                 * @example payment
                 */
                kind?: "payment" | "return" | "paperless" | "autopay";
                /**
                 * @description What the number, transaction id or account number begins with
                 * @example t-1
                 */
                q?: string;
                /**
                 * @description Whatever concerns this account
                 * @example FM4000264061
                 */
                account?: string;
                /**
                 * @description Accepted at this time or later
                 * @example 2026-11-24T00:00:00Z
                 */
                from?: string;
                /**
                 * @description Accepted before this time
                 * @example 2026-11-25T00:00:00Z
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: How many deliveries are in each state */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "counts": {
                     *         "queued": 1,
                     *         "delivered": 120,
                     *         "rejected": 2,
                     *         "parked": 3,
                     *         "cancelled": 0
                     *       },
                     *       "countedAtMost": 10000
                     *     }
                     */
                    "application/json": components["schemas"]["DeliveryCounts"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getDelivery: {
        parameters: {
            query?: {
                /**
                 * @description Say why everything is as it is, too
                 * @example true
                 */
                explain?: "true" | "false";
            };
            header?: never;
            path: {
                /** @example 0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: One delivery with its attempts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "kind": "payment",
                     *       "key": "t-1",
                     *       "state": "queued",
                     *       "attempts": 1,
                     *       "result": {
                     *         "code": "http-503",
                     *         "detail": "create_payment: HTTP 503",
                     *         "partnerMessages": []
                     *       },
                     *       "acceptedBy": "portal core (0a1b2c3d4e5f)",
                     *       "createdAt": "2026-11-24T08:00:00.000Z",
                     *       "updatedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": "2026-11-24T08:00:02.000Z",
                     *       "summary": {
                     *         "amount": "15.00",
                     *         "accountNumber": "FM4000264061",
                     *         "enabled": null,
                     *         "reason": "create_payment: HTTP 503"
                     *       },
                     *       "request": {
                     *         "transactionId": "t-1",
                     *         "accountNumber": "FM4000264061",
                     *         "invoiceNumber": "f2fa7664-a055-4780-bf51-2b33f0889d42",
                     *         "amount": "15.00",
                     *         "paymentDate": "2026-11-24",
                     *         "method": "Visa",
                     *         "source": "Web",
                     *         "maskedNumber": "4242",
                     *         "payerName": "Jordan Example"
                     *       },
                     *       "counterpart": {
                     *         "id": "0c3f5a52-7a5c-4a53-9d0c-2f5f0b6f4a11",
                     *         "kind": "return",
                     *         "state": "queued"
                     *       },
                     *       "history": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "durationMs": 43,
                     *           "outcome": "unavailable",
                     *           "code": "http-503",
                     *           "message": "create_payment: HTTP 503",
                     *           "exchanges": [
                     *             {
                     *               "operation": "create_payment",
                     *               "url": "https://partner.example.com/api/v2/payments/create_payment",
                     *               "request": "{\"api_key\":\"********\",\"amount\":\"15.00\"}",
                     *               "status": 503,
                     *               "response": "try later",
                     *               "durationMs": 41
                     *             }
                     *           ]
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["DeliveryWithHistory"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    retryDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "reason": "the partner confirmed it by telephone"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonBody"];
            };
        };
        responses: {
            /** @description Done: Send it on its way again */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "kind": "payment",
                     *       "key": "t-1",
                     *       "state": "queued",
                     *       "attempts": 1,
                     *       "result": {
                     *         "code": "http-503",
                     *         "detail": "create_payment: HTTP 503",
                     *         "partnerMessages": []
                     *       },
                     *       "acceptedBy": "portal core (0a1b2c3d4e5f)",
                     *       "createdAt": "2026-11-24T08:00:00.000Z",
                     *       "updatedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": "2026-11-24T08:00:02.000Z",
                     *       "summary": {
                     *         "amount": "15.00",
                     *         "accountNumber": "FM4000264061",
                     *         "enabled": null,
                     *         "reason": "create_payment: HTTP 503"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    cancelDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                /**
                 * @example {
                 *       "reason": "the partner confirmed it by telephone"
                 *     }
                 */
                "application/json": components["schemas"]["ReasonBody"];
            };
        };
        responses: {
            /** @description Done: Give it up */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "kind": "payment",
                     *       "key": "t-1",
                     *       "state": "queued",
                     *       "attempts": 1,
                     *       "result": {
                     *         "code": "http-503",
                     *         "detail": "create_payment: HTTP 503",
                     *         "partnerMessages": []
                     *       },
                     *       "acceptedBy": "portal core (0a1b2c3d4e5f)",
                     *       "createdAt": "2026-11-24T08:00:00.000Z",
                     *       "updatedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": "2026-11-24T08:00:02.000Z",
                     *       "summary": {
                     *         "amount": "15.00",
                     *         "accountNumber": "FM4000264061",
                     *         "enabled": null,
                     *         "reason": "create_payment: HTTP 503"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    settleDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "state": "delivered",
                 *       "reason": "the partner confirmed it by telephone",
                 *       "confirmationNumber": "P-10001"
                 *     }
                 */
                "application/json": components["schemas"]["SettleBody"];
            };
        };
        responses: {
            /** @description Done: End it as a person says who looked at the partner */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *       "billerId": "1663",
                     *       "kind": "payment",
                     *       "key": "t-1",
                     *       "state": "queued",
                     *       "attempts": 1,
                     *       "result": {
                     *         "code": "http-503",
                     *         "detail": "create_payment: HTTP 503",
                     *         "partnerMessages": []
                     *       },
                     *       "acceptedBy": "portal core (0a1b2c3d4e5f)",
                     *       "createdAt": "2026-11-24T08:00:00.000Z",
                     *       "updatedAt": "2026-11-24T08:00:00.000Z",
                     *       "nextAttemptAt": "2026-11-24T08:00:02.000Z",
                     *       "summary": {
                     *         "amount": "15.00",
                     *         "accountNumber": "FM4000264061",
                     *         "enabled": null,
                     *         "reason": "create_payment: HTTP 503"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            409: components["responses"]["Problem409"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    changeDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "action": "retry",
                 *       "ids": [
                 *         "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a"
                 *       ],
                 *       "reason": "the partner is up again"
                 *     }
                 */
                "application/json": components["schemas"]["BulkBody"];
            };
        };
        responses: {
            /** @description Done: Retry, cancel or settle up to 500 deliveries, each for itself */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "results": [
                     *         {
                     *           "id": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *           "ok": true,
                     *           "state": "queued"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["BulkResult"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Tokens, revoked ones included; never the tokens themselves */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tokens": [
                     *         {
                     *           "tokenId": "0a1b2c3d4e5f",
                     *           "name": "portal core",
                     *           "scope": "operate",
                     *           "billers": [
                     *             "1663"
                     *           ],
                     *           "madeBy": "api-token",
                     *           "createdAt": "2026-11-24T08:00:00.000Z",
                     *           "expiresAt": null,
                     *           "lastUsedAt": "2026-11-24T08:00:00.000Z",
                     *           "revokedAt": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    makeToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "portal core",
                 *       "scope": "operate",
                 *       "billers": [
                 *         "1663"
                 *       ],
                 *       "expiresInDays": 365
                 *     }
                 */
                "application/json": components["schemas"]["TokenBody"];
            };
        };
        responses: {
            /** @description Made: Make a token; it is shown in this answer alone */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tokenId": "0a1b2c3d4e5f",
                     *       "name": "portal core",
                     *       "scope": "operate",
                     *       "billers": [
                     *         "1663"
                     *       ],
                     *       "madeBy": "api-token",
                     *       "createdAt": "2026-11-24T08:00:00.000Z",
                     *       "expiresAt": null,
                     *       "lastUsedAt": "2026-11-24T08:00:00.000Z",
                     *       "revokedAt": null,
                     *       "token": "ich_0a1b2c3d4e5f_…"
                     *     }
                     */
                    "application/json": components["schemas"]["NewToken"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example 0a1b2c3d4e5f */
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Revoke a token, and the log-ins made with it */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "tokenId": "0a1b2c3d4e5f",
                     *       "name": "portal core",
                     *       "scope": "operate",
                     *       "billers": [
                     *         "1663"
                     *       ],
                     *       "madeBy": "api-token",
                     *       "createdAt": "2026-11-24T08:00:00.000Z",
                     *       "expiresAt": null,
                     *       "lastUsedAt": "2026-11-24T08:00:00.000Z",
                     *       "revokedAt": null
                     *     }
                     */
                    "application/json": components["schemas"]["Token"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            404: components["responses"]["Problem404"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    readAudit: {
        parameters: {
            query?: {
                /**
                 * @description Id of what something was done to
                 * @example 1663
                 */
                subject?: string;
                /**
                 * @description Where to go on: what an answer gave as `next`
                 * @example
                 */
                before?: string;
                /**
                 * @description How many at the most
                 * @example 100
                 */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Who did what, newest first */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "entries": [
                     *         {
                     *           "id": 1,
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "actor": "console",
                     *           "action": "delivery.retry",
                     *           "subject": "0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a",
                     *           "reason": "the partner confirmed it by telephone",
                     *           "details": {
                     *             "from": "parked"
                     *           }
                     *         }
                     *       ],
                     *       "next": null
                     *     }
                     */
                    "application/json": components["schemas"]["Audit"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    exportAudit: {
        parameters: {
            query?: {
                /**
                 * @description Accepted at this time or later
                 * @example 2026-11-24T00:00:00Z
                 */
                from?: string;
                /**
                 * @description Accepted before this time
                 * @example 2026-11-25T00:00:00Z
                 */
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: The whole audit, oldest first, a JSON object a line */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"id":1,"at":"2026-11-24T08:00:00.000Z","actor":"console","action":"delivery.retry","subject":"0193578e-5c2f-4d8a-9a3b-1f2e3d4c5b6a"} */
                    "application/x-ndjson": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getOverview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: All billers at a glance, deliveries of 24 hours, what needs a person */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "at": "2026-11-24T08:00:00.000Z",
                     *       "needs": [
                     *         {
                     *           "kind": "deliveries-parked",
                     *           "billerId": "1663",
                     *           "count": 3,
                     *           "code": "http-500",
                     *           "detail": "the partner gave the same answer 10 times",
                     *           "since": "2026-11-24T08:00:00.000Z"
                     *         }
                     *       ],
                     *       "hours": [
                     *         {
                     *           "at": "2026-11-24T08:00:00.000Z",
                     *           "delivered": 120,
                     *           "rejected": 2,
                     *           "failed": 1,
                     *           "p50Ms": 40,
                     *           "p95Ms": 180
                     *         }
                     *       ],
                     *       "billers": [
                     *         {
                     *           "billerId": "1663",
                     *           "name": "Example Mutual",
                     *           "adapter": "britecore",
                     *           "health": "attention",
                     *           "day": {
                     *             "delivered": 120,
                     *             "rejected": 2,
                     *             "failed": 1
                     *           },
                     *           "queued": 0,
                     *           "parked": 3,
                     *           "oldestQueuedAt": null,
                     *           "latestFile": {
                     *             "importId": "0193578e-77aa-4c10-8c1d-2a3b4c5d6e7f",
                     *             "filename": "1663_11232026.JSON",
                     *             "state": "applied",
                     *             "at": "2026-11-24T08:00:00.000Z"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Overview"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listen: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Server-sent events: what kinds of things have changed */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example event: change
                     *     data: ["deliveries"]
                     */
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    listAdapters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: The adapters, quarantined ones included */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "adapters": [
                     *         {
                     *           "id": "britecore",
                     *           "name": "BriteCore",
                     *           "version": "1.0.0",
                     *           "hostApi": "^1.0.0",
                     *           "contracts": [
                     *             {
                     *               "name": "payment-sink",
                     *               "version": "1",
                     *               "capabilities": [
                     *                 "returns"
                     *               ]
                     *             }
                     *           ],
                     *           "settings": [
                     *             {
                     *               "key": "rtdrUrl",
                     *               "settingId": "8",
                     *               "title": "RTDR endpoint",
                     *               "type": "url",
                     *               "required": true
                     *             }
                     *           ],
                     *           "options": [],
                     *           "egress": [
                     *             "setting:rtdrUrl"
                     *           ],
                     *           "limits": {
                     *             "concurrency": 10
                     *           },
                     *           "billers": 1,
                     *           "suite": null,
                     *           "pinned": true,
                     *           "isolated": null,
                     *           "health": "loaded"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["AdapterList"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    checkHost: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Check the host: database, clocks, workers, adapters */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": "0.1.0",
                     *       "now": "2026-11-24T08:00:00.000Z",
                     *       "checks": [
                     *         {
                     *           "what": "database",
                     *           "setting": null,
                     *           "state": "ok",
                     *           "code": null,
                     *           "advice": null,
                     *           "ms": 31,
                     *           "detail": "It answers in 1 ms."
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["HostCheck"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Who is logged in, if anyone */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actor": "console",
                     *       "scope": "configure",
                     *       "billers": null,
                     *       "expiresAt": "2026-11-24T20:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Session"];
                };
            };
        };
    };
    logIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "token": "the text in DATA_DIR/api-token"
                 *     }
                 */
                "application/json": components["schemas"]["LogInBody"];
            };
        };
        responses: {
            /** @description Done: Log in to the console: sets a cookie */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actor": "console",
                     *       "scope": "configure",
                     *       "billers": null,
                     *       "expiresAt": "2026-11-24T20:00:00.000Z"
                     *     }
                     */
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            422: components["responses"]["Problem422"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    logOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Log out of the console */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
    alive: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Whether the host is alive */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "alive"
                     *     }
                     */
                    "application/json": components["schemas"]["Alive"];
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Whether database, queue and adapters are ready */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "checks": {
                     *         "database": true,
                     *         "queue": true,
                     *         "adapters": true
                     *       },
                     *       "draining": false,
                     *       "quarantined": 0
                     *     }
                     */
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Not ready: Whether database, queue and adapters are ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "checks": {
                     *         "database": true,
                     *         "queue": true,
                     *         "adapters": true
                     *       },
                     *       "draining": false,
                     *       "quarantined": 0
                     *     }
                     */
                    "application/json": components["schemas"]["Ready"];
                };
            };
        };
    };
    readMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done: Metrics for Prometheus */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example # TYPE ic_host_deliveries_news_total counter */
                    "text/plain": string;
                };
            };
            400: components["responses"]["Problem400"];
            401: components["responses"]["Problem401"];
            403: components["responses"]["Problem403"];
            429: components["responses"]["Problem429"];
            503: components["responses"]["Problem503"];
        };
    };
}
