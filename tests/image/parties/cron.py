"""Where Tryton's scheduled tasks run. There are none; a mule that ends would be started again."""
import signal

while True:
    signal.pause()
