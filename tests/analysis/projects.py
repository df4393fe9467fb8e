"""Small projects in each language, in the shape that real ones have.

Each has an architecture kept; `VIOLATION` is the file that breaks it, in its place.
"""

from __future__ import annotations

PYTHON = {
    'src/shop/__init__.py': '',
    'src/shop/domain/__init__.py': '',
    'src/shop/domain/order.py': (
        'from __future__ import annotations\n\nimport json\nfrom dataclasses import dataclass\n\n'
        'from shop.domain import money\nfrom .money import Money\n\n\n'
        '@dataclass\nclass Order:\n    total: Money\n'
    ),
    'src/shop/domain/money.py': 'class Money:\n    pass\n',
    'src/shop/ports/__init__.py': '',
    'src/shop/ports/orders.py': (
        'from shop.domain.order import Order\n\n\nclass OrderRepository:\n'
        '    def add(self, order: Order) -> None: ...\n'
    ),
    'src/shop/application/__init__.py': '',
    'src/shop/application/place.py': (
        'from shop.domain import order\nfrom shop.ports.orders import OrderRepository\n\n\n'
        'class PlaceOrder:\n    def __init__(self, orders: OrderRepository) -> None:\n'
        '        self.orders = orders\n'
    ),
    'src/shop/adapters/__init__.py': '',
    'src/shop/adapters/json.py': (
        'import sqlite3\n\nfrom ..application.place import PlaceOrder\n'
        'from ..ports.orders import OrderRepository\n\n\nclass FileOrders(OrderRepository):\n'
        '    pass\n'
    ),
    'tests/domain/test_order.py': 'from shop.adapters.json import FileOrders\n',
    'setup.cfg': '[metadata]\nname = shop\n',
}

TYPESCRIPT = {
    'package.json': '{"name": "shop"}\n',
    'src/domain/order.ts': (
        "import { Money } from './money';\nimport * as path from 'path';\n\n"
        'export interface Order { total: Money }\n'
    ),
    'src/domain/money.ts': 'export type Money = number;\n',
    'src/application/place-order.ts': (
        "import type { Order } from '../domain/order.js';\n"
        "import { OrderRepository } from '@/ports/order-repository';\n\n"
        'export class PlaceOrder {\n'
        '  constructor(private readonly orders: OrderRepository) {}\n}\n'
    ),
    'src/ports/order-repository.ts': (
        "import { Order } from '../domain/order';\n\n"
        'export interface OrderRepository { add(order: Order): Promise<void> }\n'
    ),
    'src/adapters/http/index.tsx': (
        "import React from 'react';\n"
        "import { PlaceOrder } from '../../application/place-order';\n\n"
        'export const Page = () => <div>{String(PlaceOrder)}</div>;\n'
    ),
    'src/domain/order.test.ts': "import { Page } from '../adapters/http';\n",
}

JAVASCRIPT = {
    'package.json': '{"name": "shop"}\n',
    'app/models/order.js': (
        "const money = require('./money');\n\nclass Order {}\nmodule.exports = { Order, money };\n"
    ),
    'app/models/money.js': 'module.exports = 1;\n',
    'app/views/order.mjs': "export { Order } from '../models/order.js';\n",
    'app/controllers/orders.js': (
        "const { Order } = require('../models/order');\n"
        "const view = () => import('../views/order.mjs');\nmodule.exports = { Order, view };\n"
    ),
}

GO = {
    'go.mod': 'module example.com/shop // the shop\n\ngo 1.22\n',
    'internal/domain/order.go': (
        'package domain\n\nimport "time"\n\ntype Order struct{ At time.Time }\n'
    ),
    'internal/ports/orders.go': (
        'package ports\n\nimport "example.com/shop/internal/domain"\n\n'
        'type OrderRepository interface {\n\tAdd(domain.Order) error\n}\n'
    ),
    'internal/application/place.go': (
        'package application\n\nimport (\n\t"context"\n\n'
        '\tports "example.com/shop/internal/ports"\n)\n\n'
        'type PlaceOrder struct{ orders ports.OrderRepository }\n\n'
        'func NewPlaceOrder(orders ports.OrderRepository) *PlaceOrder {\n'
        '\treturn &PlaceOrder{orders}\n}\n'
    ),
    'internal/adapters/postgres/orders.go': (
        'package postgres\n\nimport (\n\t"database/sql"\n\n'
        '\t"example.com/shop/internal/domain"\n\t"example.com/other/internal/application"\n)\n\n'
        'type Orders struct{ db *sql.DB }\n'
    ),
    'internal/domain/order_test.go': (
        'package domain\n\nimport "example.com/shop/internal/adapters/postgres"\n'
    ),
}

_ACME = 'src/main/java/com/acme/shop'
JAVA = {
    'pom.xml': '<project/>\n',
    f'{_ACME}/domain/Order.java': (
        'package com.acme.shop.domain;\n\nimport java.util.List;\n\npublic class Order {}\n'
    ),
    f'{_ACME}/application/port/out/OrderRepository.java': (
        'package com.acme.shop.application.port.out;\n\nimport com.acme.shop.domain.Order;\n\n'
        'public interface OrderRepository { void add(Order order); }\n'
    ),
    f'{_ACME}/application/PlaceOrder.java': (
        'package com.acme.shop.application;\n\n'
        'import com.acme.shop.application.port.out.OrderRepository;\n'
        'import static com.acme.shop.domain.Order.*;\n\n'
        'public class PlaceOrder {\n    private final OrderRepository orders;\n'
        '    public PlaceOrder(OrderRepository orders) { this.orders = orders; }\n}\n'
    ),
    f'{_ACME}/adapter/JdbcOrders.java': (
        'package com.acme.shop.adapter;\n\nimport com.acme.shop.application.port.out.*;\n\n'
        'class JdbcOrders implements OrderRepository {}\n'
    ),
    'src/test/java/com/acme/shop/domain/OrderTest.java': (
        'package com.acme.shop.domain;\n\nimport com.acme.shop.adapter.JdbcOrders;\n'
    ),
}

RUST = {
    'Cargo.toml': '[package]\nname = "web-shop"\nversion = "0.1.0"\n',
    'src/lib.rs': 'pub mod adapters;\npub mod application;\npub mod domain;\npub mod ports;\n',
    'src/domain/mod.rs': (
        'pub mod money;\n\nuse self::money::Money;\nuse std::fmt;\n\n'
        'pub struct Order { pub total: Money }\n\n'
        '#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::adapters::disk::Disk;\n}\n'
    ),
    'src/domain/money.rs': 'use super::Order;\n\npub struct Money;\n',
    'src/ports.rs': (
        'use crate::domain::Order;\n\n'
        'pub trait OrderRepository { fn add(&mut self, order: Order); }\n'
    ),
    'src/application.rs': (
        'use crate::{domain::{money, Order}, ports::OrderRepository};\n\n'
        'pub struct PlaceOrder { orders: Box<dyn OrderRepository> }\n\n'
        'impl PlaceOrder {\n'
        '    pub fn new(orders: Box<dyn OrderRepository>) -> Self { PlaceOrder { orders } }\n}\n'
    ),
    'src/adapters/mod.rs': 'pub mod disk;\n',
    'src/adapters/disk.rs': 'use crate::application::PlaceOrder;\n\npub struct Disk;\n',
    'src/main.rs': 'use web_shop::adapters::disk::Disk;\n\nfn main() {}\n',
}

# Language -> (architecture, project, the file that breaks it, its text, line, what is said).
PROJECTS: dict[str, tuple[str, dict[str, str], str, str, int, str]] = {
    'Python': (
        'hexagonal', PYTHON, 'src/shop/domain/order.py',
        'import json\n\n\ndef save(order):\n    from shop.adapters import json as store\n',
        5, 'domain may not import adapters: shop.adapters.json',
    ),
    'TypeScript': (
        'ports-and-adapters', TYPESCRIPT, 'src/domain/order.ts',
        "import { Money } from './money';\nexport { Page } from '../adapters/http';\n",
        2, 'domain may not import adapters: ../adapters/http',
    ),
    'JavaScript': (
        'mvc', JAVASCRIPT, 'app/models/order.js',
        "'use strict';\n\nconst { view } = require('../controllers/orders');\n",
        3, 'models may not import controllers: ../controllers/orders',
    ),
    'Go': (
        'hexagonal', GO, 'internal/application/place.go',
        'package application\n\nimport (\n\t"fmt"\n'
        '\t"example.com/shop/internal/adapters/postgres"\n)\n',
        5, 'application may not import adapters: example.com/shop/internal/adapters/postgres',
    ),
    'Java': (
        'hexagonal', JAVA, f'{_ACME}/domain/Order.java',
        'package com.acme.shop.domain;\n\nimport com.acme.shop.adapter.JdbcOrders;\n',
        3, 'domain may not import adapters: com.acme.shop.adapter.JdbcOrders',
    ),
    'Rust': (
        'hexagonal', RUST, 'src/domain/money.rs',
        'use std::fmt;\n\npub fn save() {\n    crate::adapters::disk::write()\n}\n',
        4, 'domain may not import adapters: crate::adapters::disk::write',
    ),
}  # fmt: skip
