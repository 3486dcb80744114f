"""Batchline's one app. Its folders are floors; each imports only floors below it, and a machine checks it.

    urls                                                      every page, in named lists
    views   (api)   (admin)   management   templatetags       translate: a request, a command, a tag
    tasks                                                     background work: ids in, one service call
    forms   services                                          clean input; do one thing in one transaction
    models                                                    tables, constraints, named filters
    exchange                                                  files in and out (no Django from here down)
    domain                                                    the test, agreement, money, prices, plan, history

A concept has one file name on every floor: people, feature, call, part, waiting, agreement, pricing, plan, audit,
exchange, job. On the two crowded floors, views and services, files that belong to one subject share a folder: calls,
labelling, prices, planning, versions, history, people, talk, files; in services also intake and undoing. Folders import
one another without a ring too.
"""
