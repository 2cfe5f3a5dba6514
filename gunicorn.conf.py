"""What `gunicorn wsgi:app` reads by itself: its messages belong in our journal."""

logger_class = "elearning.serving.Log"
loglevel = "warning"
