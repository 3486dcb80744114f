from django.db import migrations, models

# Once over the whole history, by the database itself.
WAITING = """
INSERT INTO inventory_unreviewed (seq)
SELECT seq FROM inventory_action AS action
WHERE kind NOT LIKE 'review.%' AND kind NOT LIKE 'job.%' AND kind NOT LIKE 'notice.%'
AND NOT EXISTS (SELECT 1 FROM inventory_review AS review WHERE review.seq = action.seq)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0027_what_the_database_refuses'),
    ]

    operations = [
        migrations.CreateModel(
            name='Unreviewed',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
