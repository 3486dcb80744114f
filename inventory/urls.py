"""Every page of the app in named lists, one list a concept."""

from django.urls import URLPattern, path

from inventory.views import health
from inventory.views import job as job_views

home: list[URLPattern] = []

people: list[URLPattern] = []

feature: list[URLPattern] = []

call: list[URLPattern] = []

part: list[URLPattern] = []

waiting: list[URLPattern] = []

pricing: list[URLPattern] = []

plan: list[URLPattern] = []

audit: list[URLPattern] = []

exchange: list[URLPattern] = []

job: list[URLPattern] = [
    path("jobs", job_views.listed, name="job.list"),
    path("jobs/<int:pk>", job_views.detail, name="job.detail"),
    path("jobs/<int:pk>/cancel", job_views.cancel, name="job.cancel"),
    path("jobs/<int:pk>/file", job_views.file, name="job.file"),
]

watch: list[URLPattern] = [path("healthz", health.check, name="health.check")]

urlpatterns = [*home, *people, *feature, *call, *part, *waiting, *pricing, *plan, *audit, *exchange, *job, *watch]
