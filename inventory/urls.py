"""Every page of the app in named lists, one list a concept."""

from django.urls import URLPattern

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

job: list[URLPattern] = []

urlpatterns = [*home, *people, *feature, *call, *part, *waiting, *pricing, *plan, *audit, *exchange, *job]
