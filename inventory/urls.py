"""Every page of the app in named lists, one list a concept."""

from django.urls import URLPattern, path

from inventory.views import health
from inventory.views import home as home_views
from inventory.views.calls import call as call_views
from inventory.views.calls import feature as feature_views
from inventory.views.calls import part as part_views
from inventory.views.files import exchange as exchange_views
from inventory.views.files import intake as intake_views
from inventory.views.files import job as job_views
from inventory.views.history import audit as audit_views
from inventory.views.history import moment as moment_views
from inventory.views.history import review as review_views
from inventory.views.history import undo as undo_views
from inventory.views.labelling import agreement as agreement_views
from inventory.views.labelling import check as check_views
from inventory.views.labelling import compact as compact_views
from inventory.views.labelling import copying as copying_views
from inventory.views.labelling import figures as figures_views
from inventory.views.labelling import queue as queue_views
from inventory.views.labelling import together as together_views
from inventory.views.labelling import version as version_views
from inventory.views.labelling import waiting as waiting_views
from inventory.views.people import account, link, member, roster, team
from inventory.views.people import people as people_views
from inventory.views.planning import adding as adding_views
from inventory.views.planning import guess as guess_views
from inventory.views.planning import move as move_views
from inventory.views.planning import plan as plan_views
from inventory.views.planning import realised as realised_views
from inventory.views.planning import wave as wave_views
from inventory.views.prices import discount as discount_views
from inventory.views.prices import price_row as price_row_views
from inventory.views.prices import pricing as pricing_views
from inventory.views.prices import reprice as reprice_views
from inventory.views.prices import retirement as retirement_views
from inventory.views.talk import comment as comment_views
from inventory.views.talk import notice as notice_views
from inventory.views.versions import comparison as comparison_views
from inventory.views.versions import frozen as frozen_views
from inventory.views.versions import scenario as scenario_views
from inventory.views.versions import scenario_move as scenario_move_views

home: list[URLPattern] = [path("", home_views.shown, name="home.page")]

people: list[URLPattern] = [
    path("sign-in", people_views.sign_in, name="people.sign_in"),
    path("sign-out", people_views.sign_out, name="people.sign_out"),
    path("reset", people_views.reset, name="people.reset"),
    path("reset/sent", people_views.reset_sent, name="people.reset_sent"),
    path("link/<str:token>", link.link, name="people.link"),
    path("account", account.account, name="people.account"),
    path("account/notices", account.notices, name="people.notices"),
    path("account/password", account.password, name="people.password"),
    path("people", roster.index, name="people.list"),
    path("people/<int:pk>", roster.detail, name="people.detail"),
    path("people/<int:pk>/discipline", roster.discipline, name="people.discipline"),
    path("people/<int:pk>/administrator", roster.administrator, name="people.administrator"),
    path("people/<int:pk>/deactivate", roster.deactivate, name="people.deactivate"),
    path("people/<int:pk>/reactivate", roster.reactivate, name="people.reactivate"),
    path("people/<int:pk>/anonymise", roster.anonymise, name="people.anonymise"),
    path("teams", team.index, name="team.list"),
    path("teams/new", team.new, name="team.new"),
    path("teams/<int:pk>", team.detail, name="team.detail"),
    path("teams/<int:pk>/edit", team.edit, name="team.edit"),
    path("teams/<int:pk>/retire", team.retire, name="team.retire"),
    path("teams/<int:pk>/restore", team.restore, name="team.restore"),
    path("teams/<int:pk>/invite", member.invite, name="team.invite"),
    path("teams/<int:pk>/invitations/<int:link_pk>/withdraw", member.withdraw, name="team.withdraw"),
    path("teams/<int:pk>/members/<int:member_pk>", member.detail, name="team.member"),
    path("teams/<int:pk>/members/<int:member_pk>/remove", member.remove, name="team.remove"),
]

feature: list[URLPattern] = [
    path("features", feature_views.index, name="feature.list"),
    path("features/new", feature_views.new, name="feature.new"),
    path("features/<int:pk>", feature_views.detail, name="feature.detail"),
    path("features/<int:pk>/edit", feature_views.edit, name="feature.edit"),
    path("features/<int:pk>/retire", feature_views.retire, name="feature.retire"),
    path("features/<int:pk>/restore", feature_views.restore, name="feature.restore"),
]

call: list[URLPattern] = [
    path("calls", call_views.index, name="call.list"),
    path("calls/new", call_views.new, name="call.new"),
    path("calls/cost", call_views.cost, name="call.cost"),
    path("calls/<int:pk>", call_views.detail, name="call.detail"),
    path("calls/<int:pk>/explained", call_views.explained, name="call.explained"),
    path("calls/<int:pk>/edit", call_views.edit, name="call.edit"),
    path("calls/<int:pk>/retire", call_views.retire, name="call.retire"),
    path("calls/<int:pk>/restore", call_views.restore, name="call.restore"),
]

part: list[URLPattern] = [
    path("calls/<int:pk>/split", part_views.split, name="part.split"),
    path("calls/<int:pk>/split/cost", part_views.split_cost, name="part.split_cost"),
    path("calls/<int:pk>/unsplit", part_views.unsplit, name="part.unsplit"),
    path("parts/<int:pk>/edit", part_views.edit, name="part.edit"),
]

waiting: list[URLPattern] = [
    path("parts/<int:pk>/test", waiting_views.start, name="waiting.start"),
    path("parts/<int:pk>/test/all", compact_views.shown, name="waiting.all"),
    path("parts/<int:pk>/test/copy", copying_views.shown, name="waiting.copy"),
    path("parts/<int:pk>/test/check", waiting_views.check, name="waiting.check"),
    path("parts/<int:pk>/test/result", waiting_views.result, name="waiting.result"),
    path("parts/<int:pk>/test/<slug:question>", waiting_views.question, name="waiting.question"),
]

agreement: list[URLPattern] = [
    path("parts/<int:pk>/agree", agreement_views.shown, name="agreement.page"),
    path("parts/<int:pk>/agree/adopt", agreement_views.adopt, name="agreement.adopt"),
    path("parts/<int:pk>/agree/edit", agreement_views.edit, name="agreement.edit"),
    path("parts/<int:pk>/agree/settle", agreement_views.settle, name="agreement.settle"),
    path("parts/<int:pk>/agree/open", agreement_views.open_sheet, name="agreement.open"),
]

figures: list[URLPattern] = [path("agreement", figures_views.shown, name="figures.page")]

notice: list[URLPattern] = [
    path("notices", notice_views.listed, name="notice.list"),
    path("notices/read", notice_views.read, name="notice.read"),
]

queue: list[URLPattern] = [
    path("label", queue_views.shown, name="queue.page"),
    path("label/take", queue_views.take, name="queue.take"),
    path("label/leave", queue_views.leave, name="queue.leave"),
    path("label/together", together_views.chosen, name="queue.together"),
    path("label/together/<int:pk>", together_views.drafts, name="queue.drafts"),
    path("label/keys", queue_views.keys, name="queue.keys"),
    path("label/check", check_views.listed, name="queue.check"),
    path("label/versions", version_views.listed, name="queue.versions"),
    path("label/versions/work-out", version_views.work_out, name="queue.work_out"),
    path("label/versions/look-over", version_views.look_over, name="queue.look_over"),
    path("label/versions/keep", version_views.keep, name="queue.keep"),
]

comment: list[URLPattern] = [
    path("calls/<int:pk>/comments", comment_views.write, name="comment.write"),
    path("comments/<int:pk>", comment_views.shown, name="comment.shown"),
    path("comments/<int:pk>/reply", comment_views.reply, name="comment.reply"),
    path("comments/<int:pk>/edit", comment_views.edit, name="comment.edit"),
    path("comments/<int:pk>/delete", comment_views.delete, name="comment.delete"),
    path("comments/<int:pk>/resolve", comment_views.resolve, name="comment.resolve"),
    path("comments/<int:pk>/reopen", comment_views.reopen, name="comment.reopen"),
]

pricing: list[URLPattern] = [
    path("prices", pricing_views.index, name="pricing.list"),
    path("prices/retiring", retirement_views.listed, name="pricing.retiring"),
    path("prices/new", price_row_views.new, name="pricing.new"),
    path("prices/import", price_row_views.take_in, name="pricing.import"),
    path("prices/book.csv", price_row_views.book, name="pricing.book"),
    path("prices/reprice", reprice_views.start, name="pricing.reprice"),
    path("prices/reprice/<int:pk>", reprice_views.confirm, name="pricing.apply"),
    path("prices/<int:pk>/correct", price_row_views.correct, name="pricing.correct"),
    path("prices/<int:pk>/end", price_row_views.end, name="pricing.end"),
]

discount: list[URLPattern] = [
    path("prices/discounts/new", discount_views.new, name="discount.new"),
    path("prices/discounts/<int:pk>/withdraw", discount_views.withdraw, name="discount.withdraw"),
]

plan: list[URLPattern] = [
    path("plan", plan_views.listed, name="plan.page"),
    path("plan/sum", adding_views.shown, name="plan.sum"),
    path("plan/guess", guess_views.shown, name="plan.guess"),
    path("plan/doubts", plan_views.doubts, name="plan.doubts"),
    path("plan/realised", realised_views.shown, name="plan.realised"),
    path("plan/realised/<int:pk>", realised_views.opened, name="plan.entry"),
    path("plan/time", plan_views.in_time, name="plan.time"),
    path("plan/export", plan_views.export, name="plan.export"),
]

wave: list[URLPattern] = [
    path("plan/waves", wave_views.listed, name="wave.list"),
    path("plan/teams/<int:pk>/waves/new", wave_views.new, name="wave.new"),
    path("plan/teams/<int:pk>/waves/put", wave_views.put, name="wave.put"),
    path("plan/teams/<int:pk>/waves/step", wave_views.step, name="wave.step"),
    path("plan/teams/<int:pk>/waves/propose", wave_views.propose, name="wave.propose"),
    path("plan/waves/<int:pk>/edit", wave_views.edit, name="wave.edit"),
    path("plan/waves/<int:pk>/retire", wave_views.retire, name="wave.retire"),
]

scenario: list[URLPattern] = [
    path("plan/scenarios", scenario_views.listed, name="scenario.list"),
    path("plan/scenarios/new", scenario_views.new, name="scenario.new"),
    path("plan/scenarios/<int:pk>", scenario_views.detail, name="scenario.detail"),
    path("plan/scenarios/<int:pk>/lines", scenario_views.lines, name="scenario.lines"),
    path("plan/scenarios/<int:pk>/calls/<int:call_id>", scenario_views.explained, name="scenario.explained"),
    path("plan/scenarios/<int:pk>/edit", scenario_views.edit, name="scenario.edit"),
    path("plan/scenarios/<int:pk>/moves", scenario_move_views.chosen, name="scenario.moves"),
    path("plan/scenarios/<int:pk>/copy", scenario_views.copy, name="scenario.copy"),
    path("plan/scenarios/<int:pk>/delete", scenario_views.delete, name="scenario.delete"),
    path("plan/scenarios/<int:pk>/again", scenario_views.again, name="scenario.again"),
]

frozen: list[URLPattern] = [
    path("plan/versions", frozen_views.listed, name="frozen.list"),
    path("plan/versions/new", frozen_views.new, name="frozen.new"),
    path("plan/versions/<int:pk>", frozen_views.detail, name="frozen.detail"),
    path("plan/versions/<int:pk>/prices", frozen_views.prices, name="frozen.prices"),
    path("plan/versions/<int:pk>/calls/<int:call_id>", frozen_views.explained, name="frozen.explained"),
    path("plan/versions/<int:pk>/export", frozen_views.export, name="frozen.export"),
]

comparison: list[URLPattern] = [
    path("plan/comparisons", comparison_views.start, name="comparison.start"),
    path("plan/comparisons/<int:pk>", comparison_views.detail, name="comparison.detail"),
    path("plan/comparisons/<int:pk>/export", comparison_views.export, name="comparison.export"),
]

move: list[URLPattern] = [
    path("plan/moves/<int:pk>", move_views.detail, name="move.detail"),
    path("plan/moves/<int:pk>/step", move_views.step, name="move.step"),
    path("plan/moves/<int:pk>/overrule", move_views.overrule, name="move.overrule"),
]

audit: list[URLPattern] = [
    path("history", audit_views.index, name="audit.list"),
    path("history/find", audit_views.find, name="audit.find"),
    path("history/export", audit_views.export, name="audit.export"),
    path("history/review", review_views.mark, name="review.mark"),
    path("history/<int:seq>/review", review_views.mark_one, name="review.mark_one"),
    path("history/<int:seq>/review/take-back", review_views.take_back, name="review.take_back"),
    path("history/as-of", moment_views.as_of, name="moment.as_of"),
    path("history/as-of/<int:pk>", moment_views.call_then, name="moment.call"),
    path("history/compare", moment_views.plan, name="moment.plan"),
    path("history/compare/<str:record>/<int:pk>", moment_views.record, name="moment.record"),
    path("history/<int:seq>/undo", undo_views.of_action, name="undo.action"),
    path("history/<int:seq>", audit_views.detail, name="audit.detail"),
    path("history/<str:record>/<str:record_id>", audit_views.record, name="audit.record"),
]

exchange: list[URLPattern] = [
    path("export", exchange_views.export_list, name="exchange.export_list"),
    path("import", exchange_views.upload, name="exchange.import"),
    path("import/calls.csv", exchange_views.template_csv, name="exchange.csv"),
    path("import/calls.xlsx", exchange_views.template_xlsx, name="exchange.xlsx"),
    path("sample/load", exchange_views.demo_load, name="exchange.demo_load"),
    path("sample/remove", exchange_views.demo_remove, name="exchange.demo_remove"),
]

intake: list[URLPattern] = [
    path("import/<int:pk>", intake_views.shown, name="intake.page"),
    path("import/<int:pk>/columns", intake_views.columns, name="intake.columns"),
    path("import/<int:pk>/answer", intake_views.answer, name="intake.answer"),
    path("import/<int:pk>/read", intake_views.read, name="intake.read"),
    path("import/<int:pk>/tick", intake_views.tick, name="intake.tick"),
    path("import/<int:pk>/confirm", intake_views.confirm, name="intake.confirm"),
    path("import/undo/<int:seq>", undo_views.of_import, name="intake.undo"),
]

job: list[URLPattern] = [
    path("jobs", job_views.index, name="job.list"),
    path("jobs/<int:pk>", job_views.detail, name="job.detail"),
    path("jobs/<int:pk>/parts", reprice_views.parts, name="job.parts"),
    path("jobs/<int:pk>/cancel", job_views.cancel, name="job.cancel"),
    path("jobs/<int:pk>/file", job_views.file, name="job.file"),
]

watch: list[URLPattern] = [path("healthz", health.check, name="health.check")]

urlpatterns = [
    *home, *people, *feature, *call, *part, *waiting, *agreement, *figures, *notice, *comment, *queue, *pricing,
    *discount, *plan, *wave, *scenario, *frozen, *comparison, *move, *audit, *exchange, *intake, *job, *watch,
]  # fmt: skip
